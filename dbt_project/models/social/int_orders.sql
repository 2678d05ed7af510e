{{ config(
    schema='intermediate', alias='orders', materialized='incremental', contract={'enforced': false},
    incremental_strategy='append', pre_hook="{{ find_changed_customers('orders_state') }}"
) }}
-- Grain: one event that moved money: orders and subscriptions in, refunds out; with the customer's total so far.
-- depends_on: {{ ref('int_customer_states') }}
with counted as (
    select
        changed.customer_id,
        changed.orders_state,
        events.occurred_at,
        events.transaction_id,
        events.kind <> 'refund' as bought,
        case when events.kind = 'refund' then -abs(events.amount) else events.amount end as amount
    from {{ ref('transactions') }} as events
    inner join changed_customers as changed on events.customer_id = changed.customer_id
    where not events.deleted and {{ moved_money() }}
)

select
    *,
    cast(sum(amount) over so_far as double) as value_so_far,
    count(*) filter (bought) over so_far as orders_so_far
from counted
window so_far as (
    partition by customer_id order by occurred_at, transaction_id
    rows between unbounded preceding and current row
)
