-- Grain: one party, newest state.
{{ config(
    enabled = has_source('tap-tryton'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-tryton') }}"
) }}

{{ staged(
    tap = 'tap-tryton',
    stream = 'parties',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'code': 'varchar', 'active': 'boolean', 'replaced_by': 'varchar',
        'addresses': 'json', 'contact_mechanisms': 'json', 'create_date': 'timestamptz', 'changed_at': 'timestamptz',
    }
) }}
