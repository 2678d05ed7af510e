-- Grain: one conversation of a customer with a brand. What was said is told in int_conversations, incrementally;
-- here it gets its customer, its calendar and today: whose turn it is depends on the hour.
{% set silence = var('social', {}).get('resolve_after_hours', 72) %}
with told as (
    select * from {{ ref('int_conversations') }}
),

calendars as (
    select brand, min(calendar) as calendar
    from {{ ref('int_brand_accounts') }}
    group by brand
),

ended as (
    select
        told.*,
        coalesce(calendars.calendar, 'always') as calendar,
        coalesce(told.last_plea_at < told.last_thanks_at, false) as thanked,
        coalesce(told.last_plea_at > told.first_thanks_at, false) as reopened,
        told.last_turn_by = 'brand' and told.last_turn_at < {{ as_of() }} - interval {{ silence }} hour as silent
    from told
    left join calendars on told.brand = calendars.brand
),

resolved as (
    select
        *,
        case when thanked then last_thanks_at when silent then last_turn_at end as resolved_at,
        case when thanked then 'thanks' when silent then 'silence' end as resolved_by
    from ended
),

moments as (
    select source, thread_id, 'opened' as what, calendar, opened_at as moment from resolved
    union all
    select source, thread_id, 'answered', calendar, first_response_at from resolved where first_response_at is not null
    union all
    select source, thread_id, 'resolved', calendar, resolved_at from resolved where resolved_at is not null
),

-- Open seconds since the calendar began, at each moment.
clocked as (
    select
        moments.source,
        moments.thread_id,
        moments.what,
        hours.seconds_before + least(hours.open_seconds, epoch(moments.moment) - epoch(hours.opens_at)) as seconds
    from moments
    asof left join {{ ref('int_business_hours') }} as hours
        on moments.calendar = hours.calendar and moments.moment >= hours.opens_at
),

spans as (
    select
        source,
        thread_id,
        max(seconds) filter (what = 'answered') - max(seconds) filter (what = 'opened') as first_response_seconds,
        max(seconds) filter (what = 'resolved') - max(seconds) filter (what = 'opened') as resolution_seconds
    from clocked
    group by source, thread_id
)

select
    resolved.source || ':' || resolved.thread_id as conversation_id,
    resolved.source,
    resolved.thread_id,
    resolved.channel,
    resolved.brand,
    clusters.customer_id,
    resolved.customer_record_id,
    resolved.opening_id,
    resolved.brand_began,
    resolved.opened_at,
    resolved.last_turn_at,
    resolved.last_turn_by,
    case
        when resolved.resolved_at is not null then 'nobody'
        when resolved.last_turn_by = 'brand' then 'customer'
        when resolved.last_turn_by = 'other' and resolved.intent = 'question' then 'customer'
        when resolved.intent in ('praise', 'noise') and resolved.brand_turns = 0 then 'nobody'
        else 'brand'
    end as whose_turn,
    resolved.first_response_at,
    cast(round(spans.first_response_seconds) as bigint) as first_response_seconds,
    resolved.first_peer_answer_at,
    resolved.resolved_at,
    resolved.resolved_by,
    cast(round(spans.resolution_seconds) as bigint) as resolution_seconds,
    resolved.reopened,
    resolved.private_at is not null and resolved.was_public as moved_private,
    resolved.private_at,
    resolved.turns,
    resolved.customer_turns,
    resolved.brand_turns,
    resolved.participants,
    case
        when resolved.any_crisis then 'crisis'
        when resolved.any_churn_threat then 'churn_threat'
        else resolved.intent
    end as intent,
    resolved.topic,
    resolved.product,
    resolved.language,
    resolved.first_sentiment,
    resolved.last_sentiment,
    resolved.clock_ahead
from resolved
left join spans on resolved.source = spans.source and resolved.thread_id = spans.thread_id
left join {{ ref('clusters') }} as clusters
    on resolved.source = clusters.source and resolved.customer_record_id = clusters.source_record_id
