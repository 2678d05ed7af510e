{{ config(
    materialized='incremental', unique_key='from_customer_id', incremental_strategy='delete+insert',
    on_schema_change='append_new_columns', pre_hook="{{ forget_untied() }}"
) }}
-- Grain: one customer towards another, by what they do: replies, mentions, helps. Told again for customers whose ties
-- are others than those they were told by: `ties_state` tells.
with joined as (
    select from_customer_id, to_customer_id, kind, times, first_at, last_at
    from {{ ref('int_ties') }}
    where from_customer_id <> to_customer_id
    union all
    select helper_id, asker_id, 'helps', 1, thanked_at, thanked_at
    from {{ ref('int_helped') }}
    where why = 'counts'
),

-- A sum of hashes, because two ties that look the same would cancel each other out.
states as (
    select from_customer_id, cast(sum(hash(joined)) % 18446744073709551616 as ubigint) as ties_state
    from joined
    group by from_customer_id
),

changed as (
    select states.*
    from states
    {% if is_incremental() %}
    anti join {{ this }} as known
        on states.from_customer_id = known.from_customer_id and states.ties_state = known.ties_state
    {% endif %}
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
inner join changed on joined.from_customer_id = changed.from_customer_id
group by joined.from_customer_id, joined.to_customer_id, joined.kind, changed.ties_state
