{% set kept = {
    'source': 'varchar', 'interaction_id': 'varchar', 'text_key': 'varchar', 'rule': 'varchar',
    'outcome': 'varchar', 'priority': 'bigint', 'team': 'varchar', 'addressee': 'varchar',
    'routed_at': 'timestamptz', 'due_at': 'timestamptz', 'notify_at': 'timestamptz',
} %}
{{ config(
    materialized='incremental', unique_key=['source', 'interaction_id', 'text_key'],
    incremental_strategy='delete+insert', on_schema_change='append_new_columns',
    pre_hook="{{ forget_silent_sources() }}",
    post_hook="{{ remember('routing_log', ['source', 'interaction_id', 'text_key', 'rule', 'outcome', 'priority', 'team', 'addressee', 'routed_at', 'due_at', 'notify_at']) }}"
) }}
-- Grain: one version of one message to a brand: which rule took it (none: null), what came of it. A log: written
-- once, by the rules of that day, and remembered beside the packages; changed rules change nothing behind them.
{% set version = 'hash(source, interaction_id, text_key)' %}
with rules as (
    {{ declared_rules() }}
),

teams as (
    {{ declared_teams() }}
),

calendars as (
    select brand, min(calendar) as calendar
    from {{ ref('int_brand_accounts') }}
    group by brand
),

logged as {{ 'not materialized' if is_incremental() }} (
    {% if is_incremental() %}
    select {{ kept | join(', ') }} from {{ this }}
    {% else %}
        {{ remembered('routing_log', kept) }}
    {% endif %}
),

-- A message that fits no rule is logged as such, so that tomorrow's rules do not reach back. Each is looked for by one
-- number: its three texts cost twice as much.
unlogged as (
    select candidates.source, candidates.interaction_id
    from {{ ref('routing_candidates') }} as candidates
    anti join (select {{ version }} as version from logged) as logged on {{ version }} = logged.version
),

fresh as (
    select
        candidates.*,
        {{ first_rule() }} as rule
    from {{ rows_by(ref('routing_candidates'), 'unlogged', ['source', 'interaction_id']) }} as candidates
),

asked as (
    select
        fresh.*,
        rules.priority,
        rules.team,
        rules.within_seconds,
        rules.business_hours,
        rules.dedupe_seconds,
        rules.ignore_quiet_hours,
        teams.timezone,
        teams.quiet_from,
        teams.quiet_to,
        coalesce(calendars.calendar, 'always') as calendar,
        {{ dedupe_key('fresh') }} as dedupe_key,
        case when rules.to_owner then coalesce(fresh.owner, teams.members[1]) else teams.members[1] end as addressee,
        date_diff('minute', date_trunc('day', timezone(teams.timezone, fresh.said_at)), timezone(teams.timezone, fresh.said_at))
            as minute_of_day
    from fresh
    left join rules on fresh.rule = rules.rule
    left join teams on rules.team = teams.team
    left join calendars on fresh.brand = calendars.brand
),

-- What the same customers and conversations said, before this run or in it.
around as (
    select *
    from {{ ref('routing_candidates') }}
    where
        conversation_id in (select dedupe_key from asked)
        or coalesce(customer_id, author_record_id) in (select dedupe_key from asked)
),

-- When this rule last fired for them: once for all versions of a message, which is no duplicate of itself.
earlier as (
    select
        logged.rule,
        {{ dedupe_key('around') }} as dedupe_key,
        around.said_at,
        around.source,
        around.interaction_id
    from around
    inner join logged on around.source = logged.source and around.interaction_id = logged.interaction_id
    inner join rules on logged.rule = rules.rule
    union
    select rule, dedupe_key, said_at, source, interaction_id from asked where rule is not null
),

gaps as (
    select
        rule,
        source,
        interaction_id,
        {{ seconds_between('lag(said_at) over (partition by rule, dedupe_key order by said_at, interaction_id)', 'said_at') }} as since_last
    from earlier
),

clocked as (
    select
        asked.source,
        asked.interaction_id,
        hours.seconds_before
        + least(hours.open_seconds, epoch(asked.said_at) - epoch(hours.opens_at))
        + asked.within_seconds as due_seconds,
        asked.calendar
    from asked
    asof inner join {{ ref('int_business_hours') }} as hours
        on asked.calendar = hours.calendar and asked.said_at >= hours.opens_at
    where asked.business_hours
),

deadlines as (
    select
        clocked.source,
        clocked.interaction_id,
        hours.opens_at + to_seconds(clocked.due_seconds - hours.seconds_before) as due_at
    from clocked
    asof inner join {{ ref('int_business_hours') }} as hours
        on clocked.calendar = hours.calendar and clocked.due_seconds > hours.seconds_before
),

decided as (
    select
        asked.source,
        asked.interaction_id,
        asked.text_key,
        asked.rule,
        case
            when asked.rule is null then 'unmatched'
            when gaps.since_last < asked.dedupe_seconds then 'duplicate'
            else 'routed'
        end as outcome,
        cast(asked.priority as bigint) as priority,
        asked.team,
        asked.addressee,
        greatest(asked.said_at, {{ as_of() }}) as routed_at,
        case
            when asked.rule is null then null
            else coalesce(deadlines.due_at, asked.said_at + to_seconds(asked.within_seconds))
        end as due_at,
        -- Quiet hours may span midnight; who may be woken is said by the rule.
        case
            when asked.rule is null then null
            when asked.ignore_quiet_hours or asked.quiet_from is null then asked.said_at
            when asked.quiet_from <= asked.quiet_to and asked.minute_of_day >= asked.quiet_from and asked.minute_of_day < asked.quiet_to
                then asked.said_at + to_minutes(asked.quiet_to - asked.minute_of_day)
            when asked.quiet_from > asked.quiet_to and asked.minute_of_day >= asked.quiet_from
                then asked.said_at + to_minutes(1440 - asked.minute_of_day + asked.quiet_to)
            when asked.quiet_from > asked.quiet_to and asked.minute_of_day < asked.quiet_to
                then asked.said_at + to_minutes(asked.quiet_to - asked.minute_of_day)
            else asked.said_at
        end as notify_at
    from asked
    left join gaps on asked.rule = gaps.rule and asked.source = gaps.source and asked.interaction_id = gaps.interaction_id
    left join deadlines on asked.source = deadlines.source and asked.interaction_id = deadlines.interaction_id
)

select
    *,
    '{{ invocation_id }}' as invocation
from decided
{% if not is_incremental() %}
    union all
    select logged.*, 'remembered' as invocation
    from logged
    where logged.source in (select distinct source from {{ ref('int_interactions') }})
{% endif %}
