{{ config(schema='intermediate', alias='theme_weeks') }}
-- Grain: one topic of one product in one segment (or `everyone`) in one week: what customers brought up, and the
-- mean of the eight weeks before, weeks without a word included. Thanks, small talk and bots bring up nothing.
-- First who brought it up, then their segments, all in one scan of the measures: `int_segment_members` scans them once
-- for each segment, which is cheaper only where no more is asked of them.
{% set groups = ["'everyone'"] %}
{% for segment, about in (var('social', {}).get('segments') or {}).items() %}
    {% do groups.append('case when ' ~ about.when ~ ' then ' ~ sql_text(segment) ~ ' end') %}
{% endfor %}
with brought_up as (
    select
        topic,
        coalesce(product, 'any') as product,
        {{ week_of('said_at') }} as week,
        customer_id,
        case when customer_id is null then author_record_id end as stranger,
        count(*) as messages,
        sum(sentiment_score) as sentiment,
        count(sentiment_score) as sentiments
    from {{ ref('routing_candidates') }}
    where
        intent not in ('noise', 'unknown', 'error')
        and topic not in ('unknown', 'error')
        and not is_bot
        and not thanks
    group by all
),

worth as (
    select
        brought_up.* exclude (customer_id, stranger),
        measures.lifetime_value,
        coalesce(measures.segments, ['everyone']) as segments
    from brought_up
    left join (
        select customer_id, lifetime_value, [{{ groups | join(', ') }}] as segments from {{ ref('customer_measures') }}
    ) as measures on brought_up.customer_id = measures.customer_id
),

counted as (
    select
        topic,
        product,
        segment,
        week,
        cast(sum(messages) as bigint) as messages,
        count(*) as customers,
        sum(sentiment) / nullif(sum(sentiments), 0) as sentiment,
        sum(lifetime_value) as lifetime_value
    from (select * exclude (segments), {{ explode('segments') }} as segment from worth)
    where segment is not null
    group by topic, product, segment, week
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
        counted.sentiment,
        counted.lifetime_value
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
    filled.* exclude (lifetime_value),
    filled.week > {{ as_of_date() }} - 7 as still_runs,
    sum(filled.messages) over past as messages_before,
    count(*) over past as weeks_before,
    coalesce(filled.lifetime_value, 0) / everything.lifetime_value as lifetime_value_share
from filled
cross join everything
window past as (
    partition by filled.topic, filled.product, filled.segment order by filled.week
    rows between 8 preceding and 1 preceding
)
