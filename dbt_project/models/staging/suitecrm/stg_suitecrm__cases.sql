-- Grain: one case, newest state.
{{ config(
    enabled = has_source('tap-suitecrm'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-suitecrm') }}"
) }}

{{ staged(
    tap = 'tap-suitecrm',
    stream = 'cases',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'case_number': 'varchar', 'status': 'varchar', 'priority': 'varchar',
        'description': 'varchar', 'resolution': 'varchar', 'account_id': 'varchar', 'contact_created_by_id':
        'varchar', 'date_entered': 'timestamptz', 'date_modified': 'timestamptz',
    },
    words = ['name']
) }}
