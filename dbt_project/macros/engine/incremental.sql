{#
  dbt-duckdb's `incremental` with what our models need of it: half the statements, each of which costs ten
  milliseconds of Python. A model in Python works in the same transaction as what follows it, and what it made is a
  temporary table too: the stock one leaves a table in schema `main` behind with every run.
#}
{% materialization incremental, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set old = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set anew = old is none or not old.is_table or should_full_refresh() -%}
    {%- set beside = make_intermediate_relation(target) -%}
    {{ drop_relation_if_exists(load_cached_relation(beside)) }}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if anew %}
        {% call statement('main', language=model['language']) -%}
            {{ create_table_as(False, beside, compiled_code, model['language']) }}
        {%- endcall %}
        {{ put_in_place(beside, target, old) }}
    {% else %}
        {%- set made = beside.include(database=false, schema=false) -%}
        {% call statement('made', language=model['language']) -%}
            {{ create_table_as(True, made, compiled_code, model['language']) }}
        {%- endcall %}
        {%- set on_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
        {%- set columns = process_schema_changes(on_change, made, old) or adapter.get_columns_in_relation(old) -%}
        {%- set strategy = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy') or 'default') -%}
        {% call statement('main') -%}
            {{ strategy({
                'target_relation': target, 'temp_relation': made, 'unique_key': config.get('unique_key'),
                'dest_columns': columns, 'incremental_predicates': config.get('incremental_predicates')
            }) }};
            drop table {{ made }}
        {%- endcall %}
    {% endif %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# What a model in Python answers becomes a table; dbt-duckdb's own imports pyarrow to ask whether it is that. #}
{% macro py_write_table(temporary, relation, compiled_code, partitioned_by=none, sorted_by=none) -%}
{{ compiled_code }}

def materialize(found, connection):
    connection.register('found_by_model', found)
    connection.execute('create {{ "temporary" if temporary }} table {{ relation }} as from found_by_model')
    connection.unregister('found_by_model')
{%- endmacro %}
