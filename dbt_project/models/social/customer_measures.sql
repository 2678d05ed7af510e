-- Grain: one customer. Measures with their formulas, no black box (rounded: a sum of floats depends on their order):
-- * purchases after the first are Poisson with a rate that is Gamma(a, b) over customers; a = 1 and b is the mean
--   interval of all customers, so a customer without history is average. Posterior: Gamma(a + x, b + T).
-- * alive: 2L / (1 + L) with L = (b' / (b' + silence)) ^ a', the chance that a buyer of that rate is silent so long: 1
--   right after an order, falling with silence.
-- * expected orders in 365 days: alive * rate * 365; average order: own average and that of all, weighted n : 3.
-- * lifetime value: their product; the interval is 80%, from the Gamma-Poisson variance.
-- * engagement: messages, at most 5 a day, halved every 30 days. risk: 0.4 churn threats (any in 90 days),
--   0.3 share of messages that speak negatively to a brand, 0.3 chance of having left.
with orders as (
    select * from {{ ref('int_orders') }} where occurred_at <= {{ as_of() }}
),

bought as (
    select
        customer_id,
        count(*) filter (bought) as frequency,
        cast(sum(amount) as double) as monetary,
        cast(avg(amount) filter (bought) as double) as average_order,
        min(occurred_at) filter (bought) as first_order_at,
        max(occurred_at) filter (bought) as last_order_at
    from orders
    group by customer_id
),

everyone as (
    select
        greatest(sum(greatest({{ days_between('first_order_at', as_of()) }}, 1)), 1)
        / cast(greatest(sum(frequency - 1), 1) as double) as mean_interval,
        round(coalesce(sum(average_order * frequency) / nullif(sum(frequency), 0), 0), 6) as mean_order
    from bought
    where frequency > 0
),

rated as (
    select
        bought.*,
        1 + (bought.frequency - 1) as shape,
        everyone.mean_interval + greatest({{ days_between('bought.first_order_at', as_of()) }}, 1) as scale,
        everyone.mean_interval + greatest({{ days_between('bought.first_order_at', 'bought.last_order_at') }}, 0) as scale_at_last,
        greatest({{ days_between('bought.last_order_at', as_of()) }}, 0) as silence,
        (bought.frequency * bought.average_order + 3 * everyone.mean_order) / (bought.frequency + 3) as likely_order
    from bought
    cross join everyone
    where bought.frequency > 0
),

alive as (
    select
        *,
        pow(scale_at_last / (scale_at_last + silence), shape) / (1 + pow(scale_at_last / (scale_at_last + silence), shape)) * 2 as stays
    from rated
),

valued as (
    select
        *,
        least(stays, 1) * shape / scale * 365 as expected_orders,
        sqrt(least(stays, 1) * shape / scale * 365 * (1 + 365 / scale)) as deviation
    from alive
),

-- By account first: accounts are fewer than words, and only they need to be looked up.
spoke as (
    select
        source,
        author_record_id,
        sum(least(messages, 5) * pow(0.5, age / 30.0)) as engagement,
        sum(messages) filter (age < 90) as messages_90d
    from (
        select source, author_record_id, {{ days_between('said_at', as_of()) }} as age, count(*) as messages
        from {{ ref('int_turns') }}
        where not deleted and said_at > {{ as_of() }} - interval 365 day
        group by all
    )
    group by source, author_record_id
),

felt as (
    select
        source,
        author_record_id,
        count(*) filter (sentiment = 'negative') as negative_90d,
        count(*) filter (intent = 'churn_threat') as churn_threats_90d
    from {{ ref('routing_candidates') }}
    where {{ days_between('said_at', as_of()) }} < 90
    group by source, author_record_id
),

engaged as (
    select
        clusters.customer_id,
        sum(spoke.engagement) as engagement,
        sum(spoke.messages_90d) as messages_90d,
        sum(felt.negative_90d) as negative_90d,
        sum(felt.churn_threats_90d) as churn_threats_90d
    from spoke
    inner join {{ ref('clusters') }} as clusters
        on spoke.source = clusters.source and spoke.author_record_id = clusters.source_record_id
    left join felt on spoke.source = felt.source and spoke.author_record_id = felt.author_record_id
    group by clusters.customer_id
),

waiting as (
    select customer_id, count(*) as open_conversations
    from {{ ref('conversations') }}
    where whose_turn = 'brand'
    group by customer_id
),

deals as (
    select customer_id, count(*) as open_deals
    from {{ ref('transactions') }}
    where
        kind = 'opportunity'
        and not deleted
        and coalesce(closed_at > {{ as_of() }}, lower(coalesce(stage, '')) not in ('won', 'lost', 'closed won', 'closed lost'))
    group by customer_id
)

select
    customers.customer_id,
    customers.kind,
    customers.country,
    customers.language,
    customers.source_count,
    people.followers,
    coalesce(people.is_bot, false) as is_bot,
    coalesce(people.known, false) as known,
    people.owner,
    {{ days_between('people.since', as_of()) }} as tenure_days,
    valued.silence as recency_days,
    coalesce(valued.frequency, 0) as frequency,
    coalesce(valued.monetary, 0) as monetary,
    valued.average_order,
    round(coalesce(valued.expected_orders, 0), 6) as expected_orders_365d,
    round(coalesce(valued.expected_orders * valued.likely_order, 0), 4) as lifetime_value,
    round(coalesce(greatest(valued.expected_orders - 1.2816 * valued.deviation, 0) * valued.likely_order, 0), 4) as lifetime_value_low,
    round(coalesce((valued.expected_orders + 1.2816 * valued.deviation) * valued.likely_order, 0), 4) as lifetime_value_high,
    round(coalesce(engaged.engagement, 0), 6) as engagement,
    cast(coalesce(engaged.messages_90d, 0) as bigint) as messages_90d,
    coalesce(engaged.negative_90d / nullif(engaged.messages_90d, 0), 0) as negative_share_90d,
    cast(coalesce(engaged.churn_threats_90d, 0) as bigint) as churn_threats_90d,
    coalesce(waiting.open_conversations, 0) as open_conversations,
    coalesce(deals.open_deals, 0) as open_deals,
    0.4 * least(coalesce(engaged.churn_threats_90d, 0), 1)
    + 0.3 * coalesce(engaged.negative_90d / nullif(engaged.messages_90d, 0), 0)
    + 0.3 * coalesce(1 - least(valued.stays, 1), 0) as risk
from {{ ref('customers') }} as customers
left join {{ ref('int_people') }} as people on customers.customer_id = people.customer_id
left join valued on customers.customer_id = valued.customer_id
left join engaged on customers.customer_id = engaged.customer_id
left join waiting on customers.customer_id = waiting.customer_id
left join deals on customers.customer_id = deals.customer_id
where not coalesce(people.is_brand, false)
