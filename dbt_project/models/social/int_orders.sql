{{ config(
    schema='intermediate', alias='orders', materialized='incremental', contract={'enforced': false},
    incremental_strategy='append', pre_hook="{{ find_changed_customers('orders_state') }}"
) }}
-- Grain: one event that moved money: orders and subscriptions in, refunds out; with the customer's total so far. Money
-- is never added across currencies: an amount in another one than the customer mostly pays in (`currency`) is null here.
-- depends_on: {{ ref('int_customer_states') }}
with counted as (
    select
        changed.customer_id,
        changed.orders_state,
        events.occurred_at,
        events.transaction_id,
        events.currency as paid_in,
        events.kind <> 'refund' as bought,
        case when events.kind = 'refund' then -abs(events.amount) else events.amount end as moved,
        count(*) over (partition by changed.customer_id, events.currency) as times
    from {{ ref('transactions') }} as events
    inner join changed_customers as changed on events.customer_id = changed.customer_id
    where not events.deleted and {{ moved_money() }}
),

paid as (
    select
        *,
        first(paid_in) over (partition by customer_id order by paid_in is null, times desc, paid_in) as currency
    from counted
),

comparable as (
    select
        customer_id,
        orders_state,
        occurred_at,
        transaction_id,
        bought,
        currency,
        case when coalesce(paid_in, '') = coalesce(currency, '') then moved end as amount
    from paid
)

select
    *,
    cast(sum(amount) over so_far as double) as value_so_far,
    count(*) filter (bought) over so_far as orders_so_far
from comparable
window so_far as (
    partition by customer_id order by occurred_at, transaction_id
    rows between unbounded preceding and current row
)
