{# Time as the social models count it. #}

{# The moment that "now" means: fixed by the variable `as_of` in tests and replays. #}
{% macro as_of() -%}
    {% if var('as_of', none) %}cast({{ sql_text(var('as_of')) }} as timestamptz){% else %}current_timestamp{% endif %}
{%- endmacro %}

{#
  Days, seconds and weeks of UTC, by arithmetic: date_diff and date_trunc ask a calendar about every instant, which
  costs a hundred times as much.
#}
{% macro days_between(earlier, later) -%}
    ({{ day_of(later) }} - {{ day_of(earlier) }})
{%- endmacro %}

{% macro seconds_between(earlier, later) -%}
    cast(floor(epoch({{ later }})) - floor(epoch({{ earlier }})) as bigint)
{%- endmacro %}

{# Its Monday; day 0 was a Thursday. #}
{% macro week_of(moment) -%}
    (date '1969-12-29' + cast(floor((floor(epoch({{ moment }}) / 86400) + 3) / 7) * 7 as integer))
{%- endmacro %}

{# The number of a moment's day, and of today. #}
{% macro day_of(moment) -%}
    cast(floor(epoch({{ moment }}) / 86400) as bigint)
{%- endmacro %}

{% macro as_of_date() -%}(date '1970-01-01' + cast({{ as_of_day() }} as integer)){%- endmacro %}

{% macro as_of_day() -%}{{ day_of(as_of()) }}{%- endmacro %}
