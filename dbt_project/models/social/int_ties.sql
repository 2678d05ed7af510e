{{ config(
    schema='intermediate', alias='ties', materialized='incremental',
    unique_key=['source', 'author_record_id'], incremental_strategy='delete+insert',
    pre_hook=["{{ forget_silent_sources() }}", "{{ forget_told_by_other_brands() }}"]
) }}
-- Grain: what one account does towards another, by kind; what a brand says stands in conversations. An account that
-- spoke anew is counted anew in whole; one without any tie left keeps a row without another, so that the old ones go.
with spoke as (
    select source, author_record_id, max(brands) as brands, max(loaded_package) as loaded_package
    from {{ ref('int_turns') }}
    where speaks_for is null
    group by source, author_record_id
),

changed as (
    select spoke.*
    from spoke
    {% if is_incremental() %}
    left join (select source, max(loaded_package) as package from {{ this }} group by source) as seen
        on spoke.source = seen.source
    where spoke.loaded_package > coalesce(seen.package, 0)
    {% endif %}
),

said as (
    select
        turns.source,
        turns.interaction_id,
        turns.author_record_id,
        turns.parent_author_id,
        turns.said_at
    from {{ ref('int_turns') }} as turns
    semi join changed on turns.source = changed.source and turns.author_record_id = changed.author_record_id
    where not turns.deleted and turns.speaks_for is null
),

acts as (
    select source, author_record_id, parent_author_id as other_id, 'replies' as kind, said_at
    from said
    where parent_author_id is not null
    union all
    select source, author_record_id, mentioned_id, 'mentions', said_at
    from (
        select said.*, {{ explode('interactions.recipient_record_ids') }} as mentioned_id
        from said
        inner join {{ ref('int_interactions') }} as interactions
            on said.source = interactions.source and said.interaction_id = interactions.interaction_id
    )
    where mentioned_id is distinct from parent_author_id
),

tied as (
    select
        source,
        author_record_id,
        other_id,
        kind,
        count(*) as times,
        min(said_at) as first_at,
        max(said_at) as last_at
    from acts
    where author_record_id <> other_id
    group by source, author_record_id, other_id, kind
)

select
    changed.source,
    changed.author_record_id,
    tied.other_id,
    tied.kind,
    tied.times,
    tied.first_at,
    tied.last_at,
    changed.brands,
    changed.loaded_package
from changed
left join tied on changed.source = tied.source and changed.author_record_id = tied.author_record_id
