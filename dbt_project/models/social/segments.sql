-- Grain: one customer in one segment, now, and since when.
select
    members.segment,
    members.customer_id,
    max(events.happened_at) as entered_at,
    coalesce(bool_or(events.first_look), false) as since_before
from {{ ref('int_segment_members') }} as members
left join {{ ref('segment_events') }} as events
    on members.segment = events.segment and members.customer_id = events.customer_id and events.event = 'entered'
group by members.segment, members.customer_id
