-- Grain: one owner: one of our own people, newest state.
{{ config(
    enabled = has_source('tap-hubspot'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-hubspot') }}"
) }}

{{ staged(
    tap = 'tap-hubspot',
    stream = 'owners',
    key = ['id'],
    columns = {
        'id': 'varchar', 'created_at': 'timestamptz', 'updated_at': 'timestamptz', 'email': 'varchar', 'first_name':
        'varchar', 'last_name': 'varchar', 'user_id': 'varchar',
    }
) }}
