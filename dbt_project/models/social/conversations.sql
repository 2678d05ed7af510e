{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
    pre_hook=["{{ state_conversations() }}", "{{ forget_other_states('stated_conversations', 'told_state') }}"]
) }}
-- Grain: one conversation of a customer with a brand. What was said is told in int_conversations, incrementally;
-- here it gets its customer, its calendar and today: whose turn it is depends on the hour. All that can change stands
-- in `told_state`, and only what did change is counted on the calendar again.
with again as (
    select
        stated.thread_state,
        max(stated.told_state) as told_state,
        max(stated.calendar) as calendar,
        bool_or(stated.silent) as silent
    from stated_conversations as stated
    {% if is_incremental() %}
    anti join {{ this }} as known on stated.told_state = known.told_state
    {% endif %}
    group by stated.thread_state
),

resolved as (
    select
        told.*,
        told.source || ':' || told.thread_id as conversation_id,
        clusters.customer_id,
        again.calendar,
        again.told_state,
        coalesce(told.last_plea_at > told.first_thanks_at, false)
        or coalesce(told.longest_silence > {{ resolve_after_hours() }} * 3600, false) as reopened,
        case
            when told.last_plea_at < told.last_thanks_at then told.last_thanks_at
            when again.silent then told.last_turn_at
        end as resolved_at,
        case when told.last_plea_at < told.last_thanks_at then 'thanks' when again.silent then 'silence' end as resolved_by
    from {{ rows_by(ref('int_conversations'), 'again', ['thread_state']) if is_incremental() else ref('int_conversations') }} as told
    inner join again on told.thread_state = again.thread_state
    left join {{ ref('clusters') }} as clusters
        on told.source = clusters.source and told.customer_record_id = clusters.source_record_id
),

moments as (
    select conversation_id, 'opened' as what, calendar, opened_at as moment from resolved
    union all
    select conversation_id, 'answered', calendar, first_response_at from resolved where first_response_at is not null
    union all
    select conversation_id, 'resolved', calendar, resolved_at from resolved where resolved_at is not null
),

-- Open seconds since the calendar began, at each moment.
clocked as (
    select
        moments.conversation_id,
        moments.what,
        hours.seconds_before + least(hours.open_seconds, epoch(moments.moment) - epoch(hours.opens_at)) as seconds
    from moments
    asof left join {{ ref('int_business_hours') }} as hours
        on moments.calendar = hours.calendar and moments.moment >= hours.opens_at
),

spans as (
    select
        conversation_id,
        max(seconds) filter (what = 'answered') - max(seconds) filter (what = 'opened') as first_response_seconds,
        max(seconds) filter (what = 'resolved') - max(seconds) filter (what = 'opened') as resolution_seconds
    from clocked
    group by conversation_id
)

select
    resolved.conversation_id,
    resolved.source,
    resolved.thread_id,
    resolved.channel,
    resolved.brand,
    resolved.customer_id,
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
    resolved.clock_ahead,
    resolved.told_state
from resolved
left join spans on resolved.conversation_id = spans.conversation_id
