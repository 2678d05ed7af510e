{#
  Rows that are deleted keep their place in DuckDB's file until a checkpoint puts what is left closer together. By
  default every checkpoint does, which after a small change costs ten times what was written. So the profile forbids
  it (`max_vacuum_tasks`), and the end of a run allows it for its last checkpoint once a third of a large table is dead.
#}
{% macro allow_vacuum_when_due() %}
    {% if execute and flags.WHICH in ('run', 'build') and target.type == 'duckdb' %}
    {% set large %}
        select format('"{}"."{}"', schema_name, table_name) as name, estimated_size as stored
        from duckdb_tables()
        where database_name = current_database() and not temporary and estimated_size > 100000
    {% endset %}
    {% set counts = [] %}
    {% for table in run_query(large).rows %}
        {% do counts.append('select count(*) as living, ' ~ table['stored'] ~ ' as stored from ' ~ table['name']) %}
    {% endfor %}
    {% if counts and run_query('select bool_or(living < stored * 2 / 3) from (' ~ counts | join(' union all ') ~ ')').columns[0].values()[0] %}
    set max_vacuum_tasks = 100
    {% endif %}
    {% endif %}
{% endmacro %}
