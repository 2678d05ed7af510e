{# Brands and their hours as hub.yaml declares them. #}

{# Grain: one declared account of a brand, as it is written in hub.yaml (an id or a handle). #}
{% macro declared_accounts() -%}
    {% for brand, about in var('brands').items() %}
    {% for source, accounts in (about.accounts or {}).items() %}
    {% for account in accounts %}
    select
        {{ sql_text(brand) }} as brand,
        {{ sql_text(about.calendar or 'always') }} as calendar,
        {{ sql_text(source) }} as source,
        {{ sql_text(account) }} as account
    union all
    {% endfor %}
    {% endfor %}
    {% endfor %}
    select
        cast(null as varchar) as brand, cast(null as varchar) as calendar,
        cast(null as varchar) as source, cast(null as varchar) as account
    where false
{%- endmacro %}

{# Grain: one opening span of a weekday: calendar, timezone, weekday (1 is Monday), opens, closes in minutes. #}
{% macro declared_hours() -%}
    {% set days = {'mon': 1, 'tue': 2, 'wed': 3, 'thu': 4, 'fri': 5, 'sat': 6, 'sun': 7} %}
    {% for calendar, about in var('calendars', {}).items() %}
    {% for day, spans in about.hours.items() %}
    {% for span in spans %}
    select
        {{ sql_text(calendar) }} as calendar,
        {{ sql_text(about.timezone) }} as timezone,
        {{ days[day] }} as weekday,
        {{ span[0:2] | int * 60 + span[3:5] | int }} as opens,
        {{ span[6:8] | int * 60 + span[9:11] | int }} as closes
    union all
    {% endfor %}
    {% endfor %}
    {% endfor %}
    select 'always' as calendar, 'UTC' as timezone, weekday, 0 as opens, 1440 as closes
    from (values (1), (2), (3), (4), (5), (6), (7)) as days (weekday)
{%- endmacro %}

{% macro declared_holidays() -%}
    {% for calendar, about in var('calendars', {}).items() %}
    {% for day in about.holidays %}
    select {{ sql_text(calendar) }} as calendar, cast({{ sql_text(day) }} as date) as day
    union all
    {% endfor %}
    {% endfor %}
    select cast(null as varchar) as calendar, cast(null as date) as day
    where false
{%- endmacro %}
