-- What each customer said, was told and bought, newest first: what timelines are read from.
-- Grain: one interaction or transaction per customer that takes part in it.
create table history.timeline as
select *
from (
    select
        unnest(list_distinct(list_append(recipient_customer_ids, customer_id))) as customer_id,
        'interaction' as type,
        occurred_at,
        source,
        interaction_id as id,
        thread_id,
        channel,
        kind,
        direction,
        text,
        url,
        null::decimal(38, 6) as amount,
        null::varchar as currency,
        null::varchar as stage,
        deleted
    from hub.marts.interactions
    union all
    select
        customer_id, 'transaction', occurred_at, source, transaction_id, null, null, kind, null,
        null, null, amount, currency, stage, deleted
    from hub.marts.transactions
    where customer_id is not null
)
order by customer_id, occurred_at desc
