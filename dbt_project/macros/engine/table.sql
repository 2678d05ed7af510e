{#
  dbt-duckdb's `table` in two statements instead of seven: made beside the old one, then swapped with
  it in one transaction. Each statement of dbt costs ten milliseconds of Python, and a run has many
  small tables. What the stock one does for indexes, foreign keys, grants and DuckLake is not here
  because no model has any.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set old = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set made = make_intermediate_relation(target) -%}
    {%- set left_aside = load_cached_relation(made) -%}
    {{ drop_relation_if_exists(left_aside) }}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('main', language=model['language']) -%}
        {{ create_table_as(False, made, compiled_code, model['language']) }}
    {%- endcall %}
    {% if old is not none and not old.is_table %}{% do adapter.drop_relation(old) %}{% endif %}
    {% call statement('swap') -%}
        drop table if exists {{ target }} cascade;
        alter table {{ made }} rename to {{ adapter.quote_as_configured(target.identifier, 'identifier') }}
    {%- endcall %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
