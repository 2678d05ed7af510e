{# What people did for a brand and its customers, and what scores are told by it. #}

{# Whether the one who was helped was thanked by the helper too: `back` is a pair of theirs. #}
{% macro is_returned(back) -%}
    ({{ back }} in (select pair from {{ ref('int_deeds') }} where pair is not null))
{%- endmacro %}

{# Threads whose deeds are to be told again, into `threads_with_other_deeds`; what is told of them leaves. Pre-hook. #}
{% macro find_threads_with_other_deeds() %}
    {% set turns, clusters, states = ref('int_turns'), ref('clusters'), ref('int_customer_states') %}
    {% if is_incremental() %}
    create or replace temporary table threads_with_other_deeds as
    {{ threads_with_news() }}
    union
    {{ told_of_other_customers('thread_id', [('author_record_id', 'by_state'), ('customer_record_id', 'to_state')]) }};

    {{ forget_what_has('threads_with_other_deeds', 'thread_id') }}
    {% endif %}
{% endmacro %}

{# Points by what they are for, how they fade and how many count: as declared in hub.yaml. #}
{% macro advocacy_rules() %}
    {% set rules = {'half_life_days': 90, 'helps': 10, 'praises': 3, 'reaches': 2, 'helps_per_asker': 3, 'praises_per_week': 1} %}
    {% do rules.update(var('social', {}).get('advocacy') or {}) %}
    {{ return(rules) }}
{% endmacro %}

{#
  Who has earned points that this table does not hold as they are today, into `advocates_told`, with what is shown
  beside the score; rows that are no longer so leave. Pre-hook. Numbers are compared, so that this is cheap for all.
#}
{% macro find_advocates_to_score() %}
    {% set deeds, measures, communities = ref('int_deeds'), ref('customer_measures'), ref('communities') %}
    create or replace temporary table advocates_now as
    with earned as (
        select by_state, any_value(customer_id) as customer_id, hash(by_state, sum(deed)) as deeds
        from {{ deeds }}
        where deed is not null and not barred and (back is null or not {{ is_returned('back') }})
        group by by_state
        -- who was helpful to people we know has standing too, even if no book of ours holds them
        having bool_or(known) or bool_or(part = 'helps')
    )

    select
        earned.customer_id,
        measures.frequency,
        measures.monetary,
        measures.tenure_days,
        communities.community_id,
        hash(
            earned.deeds, measures.frequency, measures.monetary, measures.tenure_days, communities.community_id,
            {{ as_of_day() }}, {{ sql_text(tojson(advocacy_rules(), sort_keys=true)) }}
        ) as told_by
    from earned
    left join {{ measures }} as measures on earned.by_state = measures.customer_state
    left join {{ communities }} as communities on earned.customer_id = communities.customer_id;

    {{ find_untold('advocates_now', 'told_by', 'advocates_told') }}
{% endmacro %}

{# Places of everyone, written where they changed: post-hook. #}
{% macro place_advocates() %}
    update {{ this }} as scored
    set place = placed.place
    from (select customer_id, row_number() over (order by score desc, customer_id) as place from {{ this }}) as placed
    where scored.customer_id = placed.customer_id and scored.place <> placed.place
{% endmacro %}
