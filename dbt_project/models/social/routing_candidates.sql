{{ config(
    materialized='incremental', unique_key=['source', 'interaction_id'], incremental_strategy='delete+insert',
    on_schema_change='append_new_columns',
    pre_hook=["{{ forget_silent_sources() }}", "{{ find_messages_to_tell() }}"], post_hook="{{ forget_untold() }}"
) }}
-- Grain: one thing a customer said to a brand, as routing rules see it: everything as it was at that moment, so
-- that a rebuilt hub and a replayed rule see the same. A row is made anew when its thread was told again, when its
-- author said more, or when what we know of its customer changed; `thread_state` and `customer_state` tell.
{% set turns_to_tell, threads = ref('int_turns'), ref('int_turns') %}
{% set told, understood = ref('int_conversations'), ref('interaction_understanding') %}
{% if is_incremental() %}
    {% set turns_to_tell = 'turns_again' %}
    {% set told = rows_by(told, 'turns_again', ['source', 'thread_id']) %}
    {% set understood = rows_by(understood, 'turns_again', ['source', 'interaction_id']) %}
    {% set threads = rows_by(threads, 'turns_again', ['source', 'thread_id']) %}
{% endif %}
with
fresh as (
    select
        turns.source,
        turns.interaction_id,
        turns.thread_id,
        turns.channel,
        turns.author_record_id,
        turns.said_at,
        turns.is_private,
        turns.thanks,
        turns.likes,
        turns.shares,
        told.brand,
        told.thread_state,
        told.opening_id = turns.interaction_id as is_opening,
        clusters.customer_id,
        understood.text_key,
        understood.language,
        understood.intent,
        understood.intent_confidence,
        understood.sentiment,
        understood.sentiment_score,
        understood.topic,
        understood.product
    from {{ turns_to_tell }} as turns
    inner join {{ understood }} as understood
        on turns.source = understood.source and turns.interaction_id = understood.interaction_id
    inner join {{ told }} as told on turns.source = told.source and turns.thread_id = told.thread_id
    left join {{ ref('clusters') }} as clusters
        on turns.source = clusters.source and turns.author_record_id = clusters.source_record_id
    where
        not turns.deleted
        and (turns.addresses is not null or turns.direction = 'inbound' or turns.author_record_id = told.customer_record_id)
),

placed as (
    select
        turns.source,
        turns.interaction_id,
        row_number() over (partition by turns.source, turns.thread_id order by turns.said_at, turns.interaction_id) as turns
    from {{ threads }} as turns
    semi join {{ 'turns_again' if is_incremental() else 'fresh' }} as again
        on turns.source = again.source and turns.thread_id = again.thread_id
),

history as (
    {{ history_of('fresh') }}
),

business as (
    {{ business_of('fresh') }}
),

consented as (
    select customer_id, bool_and(status = 'granted') as marketing_consent
    from {{ ref('consents') }}
    where purpose in ('marketing', 'newsletter')
    group by customer_id
)

select
    fresh.source,
    fresh.interaction_id,
    fresh.source || ':' || fresh.thread_id as conversation_id,
    fresh.text_key,
    fresh.intent as classifiers_intent,
    fresh.said_at,
    fresh.channel,
    fresh.brand,
    fresh.customer_id,
    fresh.author_record_id,
    fresh.intent,
    fresh.intent_confidence,
    fresh.sentiment,
    fresh.sentiment_score,
    fresh.topic,
    fresh.language,
    fresh.product,
    fresh.is_opening,
    fresh.is_private,
    fresh.thanks,
    cast(placed.turns as bigint) as turns,
    fresh.likes,
    fresh.shares,
    coalesce(business.customer_value, 0) as customer_value,
    coalesce(business.order_count, 0) as order_count,
    coalesce(business.open_deals, 0) as open_deals,
    coalesce(business.open_deal_amount, 0) as open_deal_amount,
    coalesce(business.open_cases, 0) as open_cases,
    coalesce(people.followers, 0) as influence,
    coalesce(history.negative_before, 0) as negative_before,
    coalesce(history.messages_before, 0) as messages_before,
    coalesce(people.known, false) as known_customer,
    coalesce(people.is_bot, false) as is_bot,
    coalesce(consented.marketing_consent, false) as marketing_consent,
    people.owner,
    fresh.thread_state,
    coalesce(states.customer_state, 0) as customer_state
from fresh
left join placed on fresh.source = placed.source and fresh.interaction_id = placed.interaction_id
left join history on fresh.source = history.source and fresh.interaction_id = history.interaction_id
left join business on fresh.source = business.source and fresh.interaction_id = business.interaction_id
left join {{ ref('int_people') }} as people on fresh.customer_id = people.customer_id
left join consented on fresh.customer_id = consented.customer_id
left join {{ ref('int_customer_states') }} as states on fresh.customer_id = states.customer_id
