{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
    pre_hook="{{ find_customers_with_other_ties() }}"
) }}
-- Grain: one customer towards another, by what they do: replies, mentions, helps. Told again for customers whose ties
-- are others than those they were told by: `ties_state` tells.
-- depends_on: {{ ref('int_deeds') }}
with joined as (
    select from_customer_id, to_customer_id, kind, times, first_at, last_at
    from {{ rows_by(ref('int_ties'), 'customers_with_other_ties', ['from_customer_id']) }}
    where from_customer_id <> to_customer_id
    union all
    select helper_id, asker_id, 'helps', 1, thanked_at, thanked_at
    from {{ ref('int_helped') }}
    where why = 'counts' and helper_id in (select from_customer_id from customers_with_other_ties)
)

select
    joined.from_customer_id,
    joined.to_customer_id,
    joined.kind,
    cast(sum(joined.times) as bigint) as times,
    min(joined.first_at) as first_at,
    max(joined.last_at) as last_at,
    changed.ties_state
from joined
inner join customers_with_other_ties as changed on joined.from_customer_id = changed.from_customer_id
group by joined.from_customer_id, joined.to_customer_id, joined.kind, changed.ties_state
