{#
  What turns are told of, as CTEs: `changed` (source, interaction_id, thread_id, moved_from, loaded_package), what came or
  moved since and the answers to it, and `interactions`, what is said there.
#}
{% macro interactions_to_tell() -%}
{# Of all of them nothing is copied; of few it is, so that they are looked for once. #}
{% set kept = 'materialized ' if is_incremental() else '' -%}
touched as {{ kept }}(
    select threads.* exclude (parent_id)
    from {{ ref('int_threads') }} as threads
    {% if is_incremental() %}
    inner join {{ packages_seen(ref('int_threads')) }} as seen
        on threads.source = seen.source and threads.loaded_package > seen.package
    {% endif %}
),

said_again as {{ kept }}(
    {% if is_incremental() %}
    {{ interactions_by('touched', packages_seen(ref('int_threads'))) }}
    {% else %}
        select * from {{ ref('int_interactions') }}
    {% endif %}
),

-- Answers to what turned up after them, or has another author or moment now; looked for by one id first, which leaves
-- out nearly all other rows before more of them is read.
answers_again as {{ kept }}(
    {% if is_incremental() %}
    select
        known.source,
        known.interaction_id,
        known.thread_id,
        null as moved_from,
        max(above.loaded_package) as loaded_package
    from (
        select * from {{ this }} where parent_id in (select interaction_id from said_again where interaction_id <> '')
    ) as known
    inner join said_again as above on known.source = above.source and known.parent_id = above.interaction_id
    anti join touched on known.source = touched.source and known.interaction_id = touched.interaction_id
    where
        known.parent_author_id is distinct from above.author_record_id
        or known.seconds_after_parent is distinct from {{ seconds_between('above.occurred_at', 'known.said_at') }}
    group by known.source, known.interaction_id, known.thread_id
    {% else %}
        select * from touched where false
    {% endif %}
),

changed as (
    select * from touched
    union all by name
    select * from answers_again
),

interactions as (
    select * from said_again
    {% if is_incremental() %}
    union all
    select said.*
    from {{ ref('int_interactions') }} as said
    semi join answers_again as again on said.source = again.source and said.interaction_id = again.interaction_id
    {% endif %}
)
{%- endmacro %}
