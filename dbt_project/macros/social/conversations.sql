{# Conversations as `conversations` tells them: by what was said, and by all else that can change. #}

{#
  The states that conversations are told by, with what they are made of; pre-hook. Few columns of everyone's: numbers
  are joined instead of texts, and whose conversation it is stands only as a number in `told_state`.
#}
{% macro state_conversations() %}
    {% set told, clusters, brands = ref('int_conversations'), ref('clusters'), ref('int_brand_accounts') %}
    {% set silence = resolve_after_hours() %}
    create or replace temporary table stated_conversations as
    select
        *,
        hash(thread_state, customer, calendar, silent, {{ silence }}, {{ sql_text(local_md5(tojson(var('calendars', {})))) }}) as told_state
    from (
        select
            told.thread_state,
            customers.customer,
            coalesce(calendars.calendar, 'always') as calendar,
            told.last_turn_by = 'brand' and told.last_turn_at < {{ as_of() }} - interval {{ silence }} hour as silent
        from {{ told }} as told
        left join (select brand, min(calendar) as calendar from {{ brands }} group by brand) as calendars
            on told.brand = calendars.brand
        left join (
            select hash(source, source_record_id) as record, hash(customer_id) as customer from {{ clusters }}
        ) as customers on hash(told.source, told.customer_record_id) = customers.record
    )
{% endmacro %}

{# How long a customer says nothing after our answer until it was the last word. #}
{% macro resolve_after_hours() %}{{ return(var('social', {}).get('resolve_after_hours', 72)) }}{% endmacro %}
