{{ config(schema='intermediate', alias='business_hours', contract={'enforced': false}) }}
-- Grain: one opening span of one day of a calendar, with the open seconds before it: business time between
-- two instants is a subtraction of two lookups. Local hours become instants here, once, summer time included.
with spans as (
    {{ declared_hours() }}
),

holidays as (
    {{ declared_holidays() }}
),

days as (
    select cast(day as date) as day
    from generate_series(date '2004-12-27', date '2044-12-31', interval 1 day) as series (day)
),

opened as (
    select
        spans.calendar,
        timezone(spans.timezone, cast(days.day as timestamp) + to_minutes(spans.opens)) as opens_at,
        timezone(spans.timezone, cast(days.day as timestamp) + to_minutes(spans.closes)) as closes_at
    from spans
    inner join days on isodow(days.day) = spans.weekday
    left join holidays on spans.calendar = holidays.calendar and days.day = holidays.day
    where holidays.day is null
)

select
    calendar,
    opens_at,
    closes_at,
    epoch(closes_at) - epoch(opens_at) as open_seconds,
    coalesce(
        sum(epoch(closes_at) - epoch(opens_at)) over (
            partition by calendar order by opens_at rows between unbounded preceding and 1 preceding
        ), 0
    ) as seconds_before
from opened
order by calendar, opens_at
