-- Grain: one opportunity, newest state.
{{ config(
    enabled = has_source('tap-tryton'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-tryton') }}"
) }}

{{ staged(
    tap = 'tap-tryton',
    stream = 'opportunities',
    key = ['id'],
    columns = {
        'id': 'varchar', 'number': 'varchar', 'description': 'varchar', 'state': 'varchar', 'amount': 'decimal(38,
        6)', 'currency': 'varchar', 'party': 'varchar', 'contact': 'varchar', 'start_date': 'date', 'end_date':
        'date', 'conversion_probability': 'double', 'lost_reason': 'varchar', 'create_date': 'timestamptz',
        'changed_at': 'timestamptz',
    }
) }}
