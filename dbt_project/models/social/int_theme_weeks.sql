{{ config(schema='intermediate', alias='theme_weeks') }}
-- Grain: one topic of one product in one segment (or `everyone`) in one week: what customers brought up, and the
-- mean of the eight weeks before, weeks without a word included. Thanks, small talk and bots bring up nothing.
with brought_up as (
    select
        candidates.source,
        candidates.interaction_id,
        candidates.customer_id,
        candidates.author_record_id,
        candidates.topic,
        coalesce(candidates.product, 'any') as product,
        {{ week_of('candidates.said_at') }} as week,
        candidates.sentiment_score
    from {{ ref('routing_candidates') }} as candidates
    where
        candidates.intent not in ('noise', 'unknown', 'error')
        and candidates.topic not in ('unknown', 'error')
        and not candidates.is_bot
        and not candidates.thanks
),

segmented as (
    select *, 'everyone' as segment from brought_up
    union all
    select brought_up.*, members.segment
    from brought_up
    inner join {{ ref('int_segment_members') }} as members on brought_up.customer_id = members.customer_id
),

counted as (
    select
        topic,
        product,
        segment,
        week,
        count(*) as messages,
        count(distinct coalesce(customer_id, author_record_id)) as customers,
        avg(sentiment_score) as sentiment
    from segmented
    group by topic, product, segment, week
),

worth as (
    select
        affected.topic,
        affected.product,
        affected.segment,
        affected.week,
        sum(measures.lifetime_value) as lifetime_value
    from (select distinct topic, product, segment, week, customer_id from segmented) as affected
    inner join {{ ref('customer_measures') }} as measures on affected.customer_id = measures.customer_id
    group by all
),

everything as (
    select greatest(sum(lifetime_value), 1) as lifetime_value from {{ ref('customer_measures') }}
),

weeks as (
    select cast(week as date) as week
    from generate_series(
        (select min(week) from counted), (select max(week) from counted), interval 7 day
    ) as series (week)
),

filled as (
    select
        themes.topic,
        themes.product,
        themes.segment,
        weeks.week,
        coalesce(counted.messages, 0) as messages,
        coalesce(counted.customers, 0) as customers,
        counted.sentiment
    from (select distinct topic, product, segment from counted) as themes
    cross join weeks
    left join counted
        on
            themes.topic = counted.topic
            and themes.product = counted.product
            and themes.segment = counted.segment
            and weeks.week = counted.week
)

select
    filled.*,
    sum(filled.messages) over past as messages_before,
    count(*) over past as weeks_before,
    coalesce(worth.lifetime_value, 0) / everything.lifetime_value as lifetime_value_share
from filled
cross join everything
left join worth
    on
        filled.topic = worth.topic
        and filled.product = worth.product
        and filled.segment = worth.segment
        and filled.week = worth.week
window past as (
    partition by filled.topic, filled.product, filled.segment order by filled.week
    rows between 8 preceding and 1 preceding
)
