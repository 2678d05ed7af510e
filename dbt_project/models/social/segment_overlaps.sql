-- Grain: two segments (or twice the same: its size) and how many customers are in both.
with sizes as (
    select segment, count(*) as customers from {{ ref('segments') }} group by segment
)

select
    here.segment,
    there.segment as other_segment,
    count(*) as customers,
    count(*) / cast(max(sizes.customers) as double) as share_of_segment
from {{ ref('segments') }} as here
inner join {{ ref('segments') }} as there on here.customer_id = there.customer_id
inner join sizes on here.segment = sizes.segment
group by here.segment, there.segment
