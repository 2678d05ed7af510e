{# Which rows of the incremental models leave before, or after, what is new is told. #}

{# Rows of sources that no longer bring interactions leave: pre-hook of the incremental models. #}
{% macro forget_silent_sources() %}
    {% set said = ref('int_interactions') %}
    {% if is_incremental() %}
    delete from {{ this }} where source not in (select distinct source from {{ said }})
    {% endif %}
{% endmacro %}

{# What turns are told by besides themselves: the accounts that speak for brands, and what products are called. #}
{% macro brands_stamp() -%}
    {% set names = [] %}
    {% for about in var('brands').values() %}{% do names.append(about.products or {}) %}{% endfor %}
    (
        select {{ sql_text(local_md5(tojson(names))) }} || coalesce(md5(string_agg(brand || '|' || source || '|' || record_id, ',' order by brand, source, record_id)), '')
        from {{ ref('int_brand_accounts') }}
    )
{%- endmacro %}

{# A changed brand is told from the beginning: pre-hooks of the turns, and of what is told of them. #}
{% macro forget_other_brands() %}
    {% set stamp = brands_stamp() %}
    {% if is_incremental() %}
    delete from {{ this }} where brands is distinct from {{ stamp }}
    {% endif %}
{% endmacro %}

{% macro forget_told_by_other_brands() %}
    {% set turns = ref('int_turns') %}
    {% if is_incremental() %}
    delete from {{ this }} where brands is distinct from (select max(brands) from {{ turns }})
    {% endif %}
{% endmacro %}

{# What the messages of customers were understood by, all of them at once. #}
{% macro classifiers_stamp() -%}
    (select max(classifiers) from {{ ref('interaction_understanding') }})
{%- endmacro %}

{# What is counted back from today is counted anew on another day, or when other classifiers read it: pre-hook. #}
{% macro forget_other_days() %}
    {% set classifiers = classifiers_stamp() %}
    {% if is_incremental() %}
    delete from {{ this }} where counted_on <> {{ as_of_day() }} or classifiers is distinct from {{ classifiers }}
    {% endif %}
{% endmacro %}

{% macro forget_other_classifiers() %}
    {% set classifiers = classifiers_stamp() %}
    {% if is_incremental() %}
    delete from {{ this }} where classifiers is distinct from {{ classifiers }}
    {% endif %}
{% endmacro %}

{# The newest package of each source of a table that this model holds, 0 where it holds none; joined by equal source and larger package, so that only what is newer is read. #}
{% macro packages_seen(told) -%}
    (
        select told.source, coalesce(max(seen.package), 0) as package
        from (select distinct source from {{ told }}) as told
        left join (select source, max(loaded_package) as package from {{ this }} group by source) as seen
            on told.source = seen.source
        group by told.source
    )
{%- endmacro %}

{# Threads with a turn that is newer than all that this model holds (or what `seen` says), and those that it left. #}
{% macro threads_with_news(seen=none) -%}
    select distinct turns.source, {{ explode('[turns.thread_id, turns.moved_from]') }} as thread_id
    from {{ ref('int_turns') }} as turns
    inner join {{ seen or packages_seen(ref('int_turns')) }} as seen
        on turns.source = seen.source and turns.loaded_package > seen.package
{%- endmacro %}

{#
  Of a table of what is to be told now, each row with its number: rows of this model whose number is no longer there leave,
  and what is not told yet stands in `fresh`. A table of its own, because plans count on how many rows a table has.
#}
{% macro find_untold(now, number, fresh) %}
    {% if is_incremental() %}
    delete from {{ this }} where {{ number }} not in (select {{ number }} from {{ now }});

    {% endif %}
    create or replace temporary table {{ fresh }} as
    select * from {{ now }}{% if is_incremental() %} where {{ number }} not in (select {{ number }} from {{ this }}){% endif %}
{% endmacro %}

{# Rows told by a state that the model which tells it no longer has leave. #}
{% macro forget_other_states(told, state) %}
    {% if is_incremental() %}
    delete from {{ this }} as known
    where not exists (select 1 from {{ told }} as told where told.{{ state }} = known.{{ state }})
    {% endif %}
{% endmacro %}

{# Messages of threads that were told again without them, or are no more, leave: post-hook. #}
{% macro forget_untold() %}
    {{ forget_other_states(ref('int_conversations'), 'thread_state') }}
{% endmacro %}
