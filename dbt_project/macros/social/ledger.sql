{#
  Facts that no landed record holds (when a rule fired, when a customer entered a segment) are kept beside
  the packages, so that they survive the warehouse: `<landing>/_social/ledger=<name>/*.parquet`.
#}
{% macro remembered(name, columns) -%}
    {% set pattern = landing_root() ~ '/_social/ledger=' ~ name ~ '/*.parquet' %}
    {% set count = 'select count(*) from glob(' ~ sql_text(pattern) ~ ')' %}
    {% set found = execute and run_query(count).columns[0].values()[0] > 0 %}
    select
        {% for column, type in columns.items() %}
        cast({{ column if found else 'null' }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    {% if found %}from read_parquet({{ sql_text(pattern) }}){% else %}where false{% endif %}
{%- endmacro %}

{# Post-hook: writes the rows that this run added (those of its `invocation`); nothing new, no file. #}
{% macro remember(name, columns) %}
    {% if execute and flags.WHICH in ('run', 'build') %}
    {% set rows = 'select ' ~ columns | join(', ') ~ ' from ' ~ this ~ ' where invocation = ' ~ sql_text(invocation_id) %}
    {% if run_query('select count(*) from (' ~ rows ~ ')').columns[0].values()[0] > 0 %}
    copy (select *, {{ sql_text(name) }} as ledger from ({{ rows }}))
    to {{ sql_text(landing_root() ~ '/_social') }} (format parquet, partition_by (ledger), append, filename_pattern 'facts_{uuid}')
    {% endif %}
    {% endif %}
{% endmacro %}
