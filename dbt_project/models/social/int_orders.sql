{{ config(schema='intermediate', alias='orders') }}
-- Grain: one event that moved money: orders and subscriptions in, refunds out; with the customer's total so far.
with counted as (
    select
        customer_id,
        occurred_at,
        transaction_id,
        kind <> 'refund' as bought,
        case when kind = 'refund' then -abs(amount) else amount end as amount
    from {{ ref('transactions') }}
    where
        customer_id is not null
        and occurred_at is not null
        and not deleted
        and kind in ('order', 'subscription', 'refund')
        and coalesce(lower(stage), '') not in ('cancelled', 'canceled', 'void', 'failed', 'draft', 'lost')
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
