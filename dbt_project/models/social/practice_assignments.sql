-- Grain: one customer in one practice: which arm, since when. The arm is a hash of the customer with the practice's
-- salt: anyone can compute it again. Who leaves the segment stays in the practice: it may be what the action does, and
-- to count only who is still inside would compare what is left of two groups. A customer merged from two who were in
-- different arms has had both: it is contaminated and left out of the results.
with moves as (
    {{ followed(ref('segment_events')) }}
),

-- Since when who was inside at the first look was so is not known: null.
stays as (
    select segment, customer_id, case when not first_look then happened_at end as began_at, ends_at
    from (
        select
            *,
            min(happened_at) filter (event = 'left') over (
                partition by segment, customer_id order by happened_at, event
                rows between 1 following and unbounded following
            ) as ends_at
        from moves
    )
    where event = 'entered' and customer_id in (select customer_id from {{ ref('customer_measures') }})
),

exposed as (
    {% for practice, about in (var('social', {}).get('practices') or {}).items() %}
    select
        {{ sql_text(practice) }} as practice,
        {{ about.holdout }} as share_held,
        {{ sql_text(about.salt or practice) }} as salt,
        customer_id,
        greatest(min(began_at), cast({{ sql_text(about.start) }} as timestamptz)) as exposed_at
    from (
        {% if about.segment %}
        select customer_id, coalesce(began_at, cast({{ sql_text(about.start) }} as timestamptz)) as began_at
        from stays
        where
            segment = {{ sql_text(about.segment) }}
            and coalesce(ends_at > cast({{ sql_text(about.start) }} as timestamptz), true)
        {% else %}
        select candidates.customer_id, candidates.said_at as began_at
        from {{ ref('routing_log') }} as log
        inner join {{ ref('routing_candidates') }} as candidates
            on log.source = candidates.source and log.interaction_id = candidates.interaction_id
        where
            log.rule = {{ sql_text(about.rule) }}
            and candidates.customer_id in (select customer_id from {{ ref('customer_measures') }})
            and candidates.said_at >= cast({{ sql_text(about.start) }} as timestamptz)
        {% endif %}
    )
    where began_at < cast({{ sql_text(about.start) }} as timestamptz) + to_seconds({{ about.stop_after }})
    group by customer_id
    union all
    {% endfor %}
    select null::varchar as practice, null::double as share_held, null::varchar as salt, customer_id, null::timestamptz as exposed_at
    from {{ ref('customer_measures') }}
    where false
),

-- Who they are, and who else they were.
were as (
    select practice, share_held, salt, exposed_at, customer_id, customer_id as was_id from exposed
    union all
    select exposed.practice, exposed.share_held, exposed.salt, exposed.exposed_at, exposed.customer_id, aliases.alias_id
    from exposed
    inner join {{ ref('customer_aliases') }} as aliases on exposed.customer_id = aliases.customer_id
),

drawn as (
    select
        practice,
        customer_id,
        exposed_at,
        was_id = customer_id as own,
        case when {{ millionth("salt || ':' || was_id") }} / 1e6 < share_held then 'holdout' else 'treated' end as arm
    from were
)

select
    practice,
    customer_id,
    max(arm) filter (own) as arm,
    min(exposed_at) as exposed_at,
    min(arm) <> max(arm) as contaminated
from drawn
group by practice, customer_id
