-- Grain: one note, newest state.
{{ config(
    enabled = has_source('tap-suitecrm'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-suitecrm') }}"
) }}

{{ staged(
    tap = 'tap-suitecrm',
    stream = 'notes',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'description': 'varchar', 'parent_type': 'varchar', 'parent_id':
        'varchar', 'contact_id': 'varchar', 'date_entered': 'timestamptz', 'date_modified': 'timestamptz',
    },
    words = ['name']
) }}
