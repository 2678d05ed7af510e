-- Grain: one customer that has transactions. Money is never added across currencies: the total is in the
-- currency the customer uses most. Only what changes hands counts: a quote or a lost deal is no revenue,
-- and an invoice would count its order twice.
{{ config(alias='customer_spending') }}
with counted as (
    select
        customer_id,
        currency,
        count(*) as transaction_count,
        sum(
            case
                when kind = 'refund' then -abs(amount)
                when kind in ('order', 'subscription') then amount
            end
        ) filter (coalesce(lower(stage), '') not in ('cancelled', 'canceled', 'void', 'failed', 'draft', 'lost')) as total,
        max(occurred_at) as last_transaction_at
    from {{ ref('transactions') }}
    where customer_id is not null and not deleted
    group by customer_id, currency
),

main_currency as (
    select customer_id, currency, total
    from counted
    where currency is not null
    qualify row_number() over (partition by customer_id order by transaction_count desc, currency) = 1
),

totals as (
    select
        customer_id,
        cast(sum(transaction_count) as bigint) as transaction_count,
        max(last_transaction_at) as last_transaction_at
    from counted
    group by customer_id
)

select
    totals.customer_id,
    totals.transaction_count,
    totals.last_transaction_at,
    cast(main_currency.total as decimal(38, 2)) as transaction_total,
    main_currency.currency as transaction_currency
from totals
left join main_currency on totals.customer_id = main_currency.customer_id
