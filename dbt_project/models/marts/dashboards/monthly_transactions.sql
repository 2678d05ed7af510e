-- Grain: one month, source, kind, stage and currency. Amounts are never added across currencies.
select
    cast(date_trunc('month', occurred_at) as date) as month,
    source,
    kind,
    stage,
    currency,
    count(*) as transactions,
    count(distinct customer_id) as customers,
    cast(sum(amount) as decimal(38, 6)) as amount
from {{ ref('transactions') }}
where not deleted
group by 1, 2, 3, 4, 5
order by 1
