-- Grain: two segments (or twice the same: its size) and how many customers are in both. Counted by the sets of segments
-- that customers are in: they are few.
with sets as (
    select segments, count(*) as customers
    from (
        select list_sort(list(segment)) as segments
        from {{ ref('segments') }}
        group by customer_id
    )
    group by segments
),

one as (
    select {{ explode('segments') }} as segment, segments, customers from sets
),

pairs as (
    select
        segment,
        {{ explode('segments') }} as other_segment,
        customers
    from one
)

select
    segment,
    other_segment,
    cast(sum(customers) as bigint) as customers,
    sum(customers) / cast(max(sum(customers) filter (segment = other_segment)) over (partition by segment) as double) as share_of_segment
from pairs
group by segment, other_segment
