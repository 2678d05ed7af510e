{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
    pre_hook="{{ find_customers_with_other_ties() }}"
) }}
-- Grain: one customer towards another, by what they do: replies, mentions, helps. Told again for customers whose ties
-- are others than those they were told by: `ties_state` tells.
-- depends_on: {{ ref('int_deeds') }}
with joined as (
    select from_state as by_state, from_customer_id, to_customer_id, kind, times, first_at, last_at
    from {{ ref('int_ties') }}
    where tie is not null and from_state in (select by_state from customers_with_other_ties)
    union all
    select by_state, helper_id, asker_id, 'helps', 1, thanked_at, thanked_at
    from {{ ref('int_helped') }}
    where why = 'counts' and by_state in (select by_state from customers_with_other_ties)
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
inner join customers_with_other_ties as changed on joined.by_state = changed.by_state
group by joined.from_customer_id, joined.to_customer_id, joined.kind, changed.ties_state
