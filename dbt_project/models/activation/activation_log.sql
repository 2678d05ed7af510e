-- Grain: one row of one activation and its fate, of runs that ended before this generation was built.
{{ config(enabled = var('destinations', {}) | length > 0) }}

{% set files = activation_log_files() %}
select
    {% for name, type in {
        'destination': 'varchar', 'object': 'varchar', 'run_id': 'bigint', 'log_id': 'bigint', 'generation_id': 'varchar',
        'op': 'varchar', 'key': 'varchar', 'customer': 'varchar', 'remote_id': 'varchar', 'fields': 'varchar[]',
        'request_id': 'varchar', 'status': 'varchar', 'error': 'varchar', 'intended_at': 'timestamptz',
        'settled_at': 'timestamptz',
    }.items() %}
    cast({{ name if files else 'null' }} as {{ type }}) as {{ {'key': 'tessera_id', 'customer': 'customer_id'}.get(name, name) }}{{ ',' if not loop.last }}
    {% endfor %}
{{ 'from ' ~ parquet(files) if files else 'where false' }}
