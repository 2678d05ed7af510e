-- Grain: one conversation that waits for us, as work: the most urgent message that a rule took and that nobody
-- answered yet. Activation makes tasks of these rows; a row that leaves is a task that is done.
with ladders as (
    {{ declared_ladders() }}
),

teams as (
    {{ declared_teams() }}
),

rules as (
    {{ declared_rules() }}
),

waiting as (
    select
        log.*,
        candidates.conversation_id,
        candidates.customer_id,
        candidates.said_at,
        candidates.intent,
        candidates.topic,
        candidates.product,
        candidates.sentiment_score,
        candidates.customer_value,
        candidates.influence,
        told.brand,
        told.channel,
        told.source as conversation_source,
        told.thread_id,
        {{ dedupe_key('candidates') }} as dedupe_key
    from {{ ref('routing_log') }} as log
    inner join {{ ref('routing_candidates') }} as candidates
        on log.source = candidates.source and log.interaction_id = candidates.interaction_id and log.text_key = candidates.text_key
    inner join {{ ref('conversations') }} as told on candidates.conversation_id = told.conversation_id
    left join {{ ref('int_conversations') }} as turns on told.source = turns.source and told.thread_id = turns.thread_id
    left join rules on log.rule = rules.rule
    where
        log.outcome in ('routed', 'duplicate')
        and told.whose_turn = 'brand'
        and not (turns.last_turn_by = 'brand' and turns.last_turn_at >= candidates.said_at)
),

-- Of what was a duplicate, the first takes the place of work that is done or whose message is gone.
kept as (
    select *
    from waiting
    qualify
        outcome = 'routed'
        or row_number() over (partition by rule, dedupe_key order by outcome desc, said_at, interaction_id) = 1
),

urgent as (
    select *
    from kept
    qualify row_number() over (partition by conversation_id order by priority, said_at, interaction_id) = 1
),

climbed as (
    select
        urgent.conversation_id,
        max(ladders.level) as escalation_level,
        max_by(ladders.escalated_to, ladders.level) as escalated_to
    from urgent
    inner join ladders on urgent.rule = ladders.rule
    where urgent.said_at + to_seconds(ladders.after_seconds) <= {{ as_of() }}
    group by urgent.conversation_id
)

select
    urgent.conversation_id as item_id,
    urgent.conversation_id,
    urgent.source,
    urgent.interaction_id,
    urgent.customer_id,
    urgent.brand,
    urgent.channel,
    urgent.rule,
    urgent.priority,
    urgent.team,
    urgent.addressee,
    urgent.intent,
    urgent.topic,
    urgent.product,
    urgent.customer_value,
    urgent.said_at,
    urgent.routed_at,
    urgent.due_at,
    urgent.due_at < {{ as_of() }} as overdue,
    cast(coalesce(climbed.escalation_level, 0) as bigint) as escalation_level,
    climbed.escalated_to,
    urgent.notify_at,
    coalesce(teams.channels, []) as notify_channels
from urgent
left join climbed on urgent.conversation_id = climbed.conversation_id
left join teams on urgent.team = teams.team
order by urgent.priority, urgent.due_at
