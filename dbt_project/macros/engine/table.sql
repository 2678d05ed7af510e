{#
  dbt-duckdb's `table` in two statements instead of seven: made beside the old one, then swapped with
  it in one transaction. Each statement of dbt costs ten milliseconds of Python, and a run has many
  small tables. What the stock one does for indexes, foreign keys, grants and DuckLake is not here
  because no model has any.

  A model whose config has `unless_told_by` (SQL of one number that changes when anything does that it is told by) keeps
  that number in its column `told_by` and is not made anew while it stays the same.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set old = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set made = make_intermediate_relation(target) -%}
    {%- if is_told(old) -%}
        {% call noop_statement('main', 'TOLD') %}{% endcall %}
        {{ return({'relations': [target]}) }}
    {%- endif -%}
    {%- set left_aside = load_cached_relation(made) -%}
    {{ drop_relation_if_exists(left_aside) }}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('main', language=model['language']) -%}
        {{ create_table_as(False, made, compiled_code, model['language']) }}
    {%- endcall %}
    {{ put_in_place(made, target, old) }}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Puts a table that was made beside the one that is there, if any, in its place. #}
{% macro put_in_place(made, target, old) %}
    {% if old is not none and not old.is_table %}{% do adapter.drop_relation(old) %}{% endif %}
    {% call statement('swap') -%}
        drop table if exists {{ target }} cascade;
        alter table {{ made }} rename to {{ adapter.quote_as_configured(target.identifier, 'identifier') }}
    {%- endcall %}
{% endmacro %}

{# Whether the table that is there was told by what there is now; notes what that is. #}
{% macro is_told(old) %}
    {% set now = render(config.get('unless_told_by', '')) | trim %}
    {% if not now %}{{ return(false) }}{% endif %}
    {% do run_query('set variable told_by = (' ~ now ~ ')') %}
    {% if old is none or not old.is_table or should_full_refresh() %}{{ return(false) }}{% endif %}
    {% set told = 'select ' ~ told_by() ~ ' is not distinct from (select any_value(told_by) from ' ~ old ~ ')' %}
    {{ return(run_query(told).columns[0].values()[0]) }}
{% endmacro %}

{# The number that such a model is told by, as a column. #}
{% macro told_by() -%}cast(getvariable('told_by') as ubigint){%- endmacro %}
