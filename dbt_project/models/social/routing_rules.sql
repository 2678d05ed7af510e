-- Grain: one declared rule and how it does: what it would match by itself, what it took, and whether it never or
-- always fires (a rule that always fires sorts nothing).
{% set rules = (var('social', {}).get('routing') or {}).get('rules', []) %}
with rules as (
    {{ declared_rules() }}
),

recent as (
    select *
    from {{ ref('routing_candidates') }}
    where said_at > {{ as_of() }} - interval 90 day
),

matched as (
    {% for rule in rules %}
    select
        {{ sql_text(rule.name) }} as rule,
        count(*) as candidates_90d,
        count(*) filter ({{ rule.when }}) as matched_90d
    from recent
    union all
    {% endfor %}
    select null::varchar as rule, null::bigint as candidates_90d, null::bigint as matched_90d
    where false
),

fired as (
    select
        log.rule,
        count(*) as fired,
        count(*) filter (log.outcome = 'routed') as routed,
        max(candidates.said_at) as last_fired_for
    from {{ ref('routing_log') }} as log
    inner join {{ ref('routing_candidates') }} as candidates
        on log.source = candidates.source and log.interaction_id = candidates.interaction_id
    where log.rule is not null
    group by log.rule
)

select
    rules.rule,
    cast(rules.place as bigint) as place,
    cast(rules.priority as bigint) as priority,
    rules.team,
    matched.candidates_90d,
    matched.matched_90d,
    coalesce(fired.fired, 0) as fired,
    coalesce(fired.routed, 0) as routed,
    fired.last_fired_for,
    case
        when matched.candidates_90d < 20 then 'too early to say'
        when matched.matched_90d = 0 then 'never fires'
        when matched.matched_90d >= 0.95 * matched.candidates_90d then 'always fires'
        when coalesce(fired.fired, 0) = 0 then 'hidden by an earlier rule'
        else 'fine'
    end as health
from rules
left join matched on rules.rule = matched.rule
left join fired on rules.rule = fired.rule
