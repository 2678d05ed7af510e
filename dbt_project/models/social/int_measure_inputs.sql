{{ config(schema='intermediate', alias='measure_inputs', materialized='view') }}
-- Grain: one customer who is not us, and all that its measures are made of besides its orders; `told_by` changes when
-- any of that does, or an order (which is part of `customer_state`). Days are whole and the means of everyone have three
-- digits, so that measures change for whose inputs change, and for all on another day or when the means have moved.
{% set today = as_of_day() %}
with everyone as (
    select
        {{ three_digits('coalesce(sum(days) / cast(greatest(count(*) - count(days), 1) as double), 1)') }} as mean_interval,
        {{ three_digits('coalesce(avg(amount), 0)') }} as mean_order
    from (
        select amount, case when orders_so_far = 1 then greatest({{ today }} - {{ day_of('occurred_at') }}, 1) end as days
        from {{ ref('int_orders') }}
        where bought and {{ day_of('occurred_at') }} <= {{ today }}
    )
),

engaged as (
    select
        clusters.customer_id,
        sum(told.engagement) as engagement,
        sum(told.messages_90d) as messages_90d,
        sum(told.negative_90d) as negative_90d,
        sum(told.churn_threats_90d) as churn_threats_90d
    from {{ ref('int_engagement') }} as told
    inner join {{ ref('clusters') }} as clusters
        on told.source = clusters.source and told.author_record_id = clusters.source_record_id
    group by clusters.customer_id
),

waiting as (
    select customer_id, count(*) as open_conversations
    from {{ ref('conversations') }}
    where whose_turn = 'brand'
    group by customer_id
),

joined as (
    select
        customers.customer_id,
        customers.kind,
        customers.country,
        customers.language,
        customers.source_count,
        people.followers,
        people.is_bot,
        people.known,
        people.owner,
        people.since,
        people.customer_state,
        round(coalesce(engaged.engagement, 0), 6) as engagement,
        cast(coalesce(engaged.messages_90d, 0) as bigint) as messages_90d,
        cast(coalesce(engaged.negative_90d, 0) as bigint) as negative_90d,
        cast(coalesce(engaged.churn_threats_90d, 0) as bigint) as churn_threats_90d,
        coalesce(waiting.open_conversations, 0) as open_conversations,
        everyone.mean_interval,
        everyone.mean_order
    from {{ ref('customers') }} as customers
    cross join everyone
    left join {{ ref('int_people') }} as people on customers.customer_id = people.customer_id
    left join engaged on customers.customer_id = engaged.customer_id
    left join waiting on customers.customer_id = waiting.customer_id
    where not coalesce(people.is_brand, false)
)

select
    *,
    hash(joined, {{ today }}) as told_by
from joined
