{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
    pre_hook="{{ find_measures_to_tell() }}"
) }}
-- Grain: one customer. Measures with their formulas, no black box (rounded: a sum of floats depends on their order):
-- * purchases after the first are Poisson with a rate that is Gamma(a, b) over customers; a = 1 and b is the mean
--   interval of all customers, so a customer without history is average. Posterior: Gamma(a + x, b + T).
-- * alive: 2L / (1 + L) with L = (b' / (b' + silence)) ^ a', the chance that a buyer of that rate is silent so long: 1
--   right after an order, falling with silence.
-- * expected orders in 365 days: alive * rate * 365; average order: own average and that of all who pay in the same
--   currency, weighted n : 3.
-- * lifetime value: their product; the interval is 80%, from the Gamma-Poisson variance.
-- * engagement: messages, at most 5 a day, halved every 30 days. risk: 0.4 churn threats (any in 90 days),
--   0.3 share of messages that speak negatively to a brand, 0.3 chance of having left.
-- Told again only for whom an input changed (see find_measures_to_tell).
-- depends_on: {{ ref('int_people') }}, {{ ref('int_engagement') }}, {{ ref('conversations') }}, {{ ref('customers') }}
{% set today = as_of_day() %}
with bought as (
    select
        orders.customer_id,
        any_value(orders.currency) as currency,
        count(*) filter (orders.bought) as frequency,
        cast(sum(orders.amount) as double) as monetary,
        cast(avg(orders.amount) filter (orders.bought) as double) as average_order,
        min({{ day_of('orders.occurred_at') }}) filter (orders.bought) as first_day,
        max({{ day_of('orders.occurred_at') }}) filter (orders.bought) as last_day
    from {{ rows_by(ref('int_orders'), 'measure_inputs', ['customer_id']) }} as orders
    where {{ day_of('orders.occurred_at') }} <= {{ today }}
    group by orders.customer_id
),

rated as (
    select
        bought.*,
        bought.frequency as shape,
        inputs.mean_interval + greatest({{ today }} - bought.first_day, 1) as scale,
        inputs.mean_interval + bought.last_day - bought.first_day as scale_at_last,
        {{ today }} - bought.last_day as silence,
        (bought.frequency * bought.average_order + 3 * inputs.mean_orders[coalesce(bought.currency, '')]) / (bought.frequency + 3)
            as likely_order
    from bought
    inner join measure_inputs as inputs on bought.customer_id = inputs.customer_id
    where bought.frequency > 0
),

alive as (
    select *, pow(scale_at_last / (scale_at_last + silence), shape) as silent_so_long from rated
),

valued as (
    select *, least(silent_so_long / (1 + silent_so_long) * 2, 1) as stays from alive
),

expected as (
    select
        *,
        stays * shape / scale * 365 as expected_orders,
        1.2816 * sqrt(stays * shape / scale * 365 * (1 + 365 / scale)) as deviation
    from valued
),

deals as (
    select deals.customer_id, count(*) as open_deals
    from {{ ref('transactions') }} as deals
    semi join measure_inputs as inputs on deals.customer_id = inputs.customer_id
    where
        deals.kind = 'opportunity'
        and not deals.deleted
        and {{ is_open_deal(day_of('deals.closed_at') ~ ' > ' ~ today, 'deals.stage') }}
    group by deals.customer_id
)

select
    inputs.customer_id,
    inputs.kind,
    inputs.country,
    inputs.language,
    inputs.source_count,
    inputs.followers,
    coalesce(inputs.is_bot, false) as is_bot,
    coalesce(inputs.known, false) as known,
    inputs.owner,
    {{ today }} - {{ day_of('inputs.since') }} as tenure_days,
    expected.silence as recency_days,
    coalesce(expected.frequency, 0) as frequency,
    coalesce(expected.monetary, 0) as monetary,
    expected.average_order,
    round(coalesce(expected.expected_orders, 0), 6) as expected_orders_365d,
    round(coalesce(expected.expected_orders * expected.likely_order, 0), 4) as lifetime_value,
    round(coalesce(greatest(expected.expected_orders - expected.deviation, 0) * expected.likely_order, 0), 4) as lifetime_value_low,
    round(coalesce((expected.expected_orders + expected.deviation) * expected.likely_order, 0), 4) as lifetime_value_high,
    inputs.engagement,
    inputs.messages_90d,
    coalesce(inputs.negative_90d / nullif(inputs.messages_90d, 0), 0) as negative_share_90d,
    inputs.churn_threats_90d,
    inputs.open_conversations,
    coalesce(deals.open_deals, 0) as open_deals,
    0.4 * least(inputs.churn_threats_90d, 1)
    + 0.3 * coalesce(inputs.negative_90d / nullif(inputs.messages_90d, 0), 0)
    + 0.3 * coalesce(1 - expected.stays, 0) as risk,
    coalesce(inputs.customer_state, 0) as customer_state,
    inputs.told_by
from measure_inputs as inputs
left join expected on inputs.customer_id = expected.customer_id
left join deals on inputs.customer_id = deals.customer_id
