{{ config(
    materialized='incremental', unique_key=['source', 'interaction_id'], incremental_strategy='delete+insert',
    on_schema_change='append_new_columns',
    pre_hook="{{ forget_silent_sources() }}", post_hook="{{ forget_untold() }}"
) }}
-- Grain: one thing a customer said to a brand, as routing rules see it: everything as it was at that moment, so
-- that a rebuilt hub and a replayed rule see the same. A row is made anew when its thread was told again, when its
-- author said more, or when what we know of its customer changed; `thread_state` and `customer_state` tell.
with told as (
    select conversations.*, hash(conversations) as thread_state
    from {{ ref('int_conversations') }} as conversations
),

known_of_customers as (
    select customer_id, hash(people) as fact from {{ ref('int_people') }} as people  -- noqa: AL05
    union all
    select customer_id, hash(orders) from {{ ref('int_orders') }} as orders  -- noqa: AL05
    union all
    select customer_id, hash(transaction_id, source, amount, stage, occurred_at, closed_at)
    from {{ ref('transactions') }}
    where kind = 'opportunity' and not deleted
    union all
    select customer_id, hash(interaction_id, source, occurred_at, {{ json_text('attributes', '$.status') }})
    from {{ ref('interactions') }}
    where kind = 'case' and not deleted
    union all
    select customer_id, hash(consents) from {{ ref('consents') }} as consents  -- noqa: AL05
),

customer_states as (
    select customer_id, bit_xor(fact) as customer_state from known_of_customers group by customer_id
),

{% if is_incremental() %}
-- Rows whose thread is still told as it was.
kept as (
    select known.*
    from {{ this }} as known
    semi join told
        on known.conversation_id = told.source || ':' || told.thread_id and known.thread_state = told.thread_state
),

told_anew as (
    select told.source, told.thread_id
    from told
    anti join kept on told.source || ':' || told.thread_id = kept.conversation_id
),

changed_turns as (
    select turns.source, turns.interaction_id, turns.author_record_id
    from {{ ref('int_turns') }} as turns
    semi join told_anew on turns.source = told_anew.source and turns.thread_id = told_anew.thread_id
    where turns.text_key is not null and turns.speaks_for is null
),

-- Whose history changed: who speaks in a thread that was told again, and who spoke in one that is no more.
changed_authors as (
    select source, author_record_id from changed_turns
    union
    select known.source, known.author_record_id
    from {{ this }} as known
    anti join kept on known.source = kept.source and known.interaction_id = kept.interaction_id
),
{% endif %}

fresh_keys as (
    select source, interaction_id from {{ 'changed_turns' if is_incremental() else ref('interaction_understanding') }}
    {% if is_incremental() %}
    union
    select kept.source, kept.interaction_id
    from kept
    semi join changed_authors
        on kept.source = changed_authors.source and kept.author_record_id = changed_authors.author_record_id
    union
    select kept.source, kept.interaction_id
    from kept
    left join {{ ref('clusters') }} as clusters
        on kept.source = clusters.source and kept.author_record_id = clusters.source_record_id
    left join customer_states on clusters.customer_id = customer_states.customer_id
    where
        kept.customer_id is distinct from clusters.customer_id
        or kept.customer_state is distinct from coalesce(customer_states.customer_state, 0)
    {% endif %}
),

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
    from fresh_keys
    inner join {{ ref('interaction_understanding') }} as understood
        on fresh_keys.source = understood.source and fresh_keys.interaction_id = understood.interaction_id
    inner join {{ ref('int_turns') }} as turns
        on understood.source = turns.source and understood.interaction_id = turns.interaction_id
    inner join told on turns.source = told.source and turns.thread_id = told.thread_id
    left join {{ ref('clusters') }} as clusters
        on turns.source = clusters.source and turns.author_record_id = clusters.source_record_id
    where
        not turns.deleted
        and (turns.addresses is not null or turns.direction = 'inbound' or turns.author_record_id = told.customer_record_id)
),

-- Only what the authors of fresh messages said before (90 days of microseconds), however many others speak.
spoken as (
    select source, interaction_id, author_record_id, said_at, sentiment from fresh
    {% if is_incremental() %}
    union all
    select kept.source, kept.interaction_id, kept.author_record_id, kept.said_at, kept.sentiment
    from kept
    semi join fresh on kept.source = fresh.source and kept.author_record_id = fresh.author_record_id
    anti join fresh as again on kept.source = again.source and kept.interaction_id = again.interaction_id
    {% endif %}
),

history as (
    select
        source,
        interaction_id,
        count(*) over before_it as messages_before,
        count(*) filter (sentiment = 'negative') over before_it as negative_before
    from spoken
    window before_it as (
        partition by source, author_record_id order by epoch_us(said_at)
        range between 7776000000000 preceding and 1 preceding
    )
),

placed as (
    select
        turns.source,
        turns.interaction_id,
        row_number() over (partition by turns.source, turns.thread_id order by turns.said_at, turns.interaction_id) as turns
    from {{ ref('int_turns') }} as turns
    semi join fresh on turns.source = fresh.source and turns.thread_id = fresh.thread_id
),

valued as (
    select
        fresh.source,
        fresh.interaction_id,
        orders.value_so_far as customer_value,
        orders.orders_so_far as order_count
    from fresh
    asof inner join {{ ref('int_orders') }} as orders
        on fresh.customer_id = orders.customer_id and fresh.said_at >= orders.occurred_at
),

deals as (
    select
        fresh.source,
        fresh.interaction_id,
        count(*) as open_deals,
        cast(sum(deals.amount) as double) as open_deal_amount
    from fresh
    inner join {{ ref('transactions') }} as deals
        on
            fresh.customer_id = deals.customer_id
            and deals.kind = 'opportunity'
            and not deals.deleted
            and deals.occurred_at <= fresh.said_at
            and coalesce(
                deals.closed_at > fresh.said_at, lower(coalesce(deals.stage, '')) not in ('won', 'lost', 'closed won', 'closed lost')
            )
    group by fresh.source, fresh.interaction_id
),

cases as (
    select
        fresh.source,
        fresh.interaction_id,
        count(*) as open_cases
    from fresh
    inner join {{ ref('interactions') }} as cases
        on
            fresh.customer_id = cases.customer_id
            and cases.kind = 'case'
            and not cases.deleted
            and cases.occurred_at <= fresh.said_at
            and coalesce({{ json_text('cases.attributes', '$.status') }}, 'open') not in ('closed', 'solved', 'resolved')
    group by fresh.source, fresh.interaction_id
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
    coalesce(valued.customer_value, 0) as customer_value,
    coalesce(valued.order_count, 0) as order_count,
    coalesce(deals.open_deals, 0) as open_deals,
    coalesce(deals.open_deal_amount, 0) as open_deal_amount,
    coalesce(cases.open_cases, 0) as open_cases,
    coalesce(people.followers, 0) as influence,
    coalesce(history.negative_before, 0) as negative_before,
    coalesce(history.messages_before, 0) as messages_before,
    coalesce(people.known, false) as known_customer,
    coalesce(people.is_bot, false) as is_bot,
    coalesce(consented.marketing_consent, false) as marketing_consent,
    people.owner,
    fresh.thread_state,
    coalesce(customer_states.customer_state, 0) as customer_state
from fresh
left join placed on fresh.source = placed.source and fresh.interaction_id = placed.interaction_id
left join history on fresh.source = history.source and fresh.interaction_id = history.interaction_id
left join valued on fresh.source = valued.source and fresh.interaction_id = valued.interaction_id
left join deals on fresh.source = deals.source and fresh.interaction_id = deals.interaction_id
left join cases on fresh.source = cases.source and fresh.interaction_id = cases.interaction_id
left join {{ ref('int_people') }} as people on fresh.customer_id = people.customer_id
left join consented on fresh.customer_id = consented.customer_id
left join customer_states on fresh.customer_id = customer_states.customer_id
