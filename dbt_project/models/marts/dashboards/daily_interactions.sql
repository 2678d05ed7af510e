-- Grain: one day, source, channel, kind, direction and language. Row engines add up millions of rows slowly;
-- dashboards read this instead.
select
    cast(occurred_at as date) as day,
    source,
    channel,
    kind,
    direction,
    language,
    count(*) as interactions,
    count(distinct customer_id) as customers
from {{ ref('interactions') }}
where not deleted
group by 1, 2, 3, 4, 5, 6
order by 1
