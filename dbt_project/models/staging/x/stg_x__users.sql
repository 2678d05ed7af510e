-- Grain: one account, newest state.
{{ config(
    enabled = has_source('tap-x'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-x') }}"
) }}

{{ staged(
    tap = 'tap-x',
    stream = 'users',
    key = ['id'],
    columns = {
        'id': 'varchar', 'username': 'varchar', 'name': 'varchar', 'description': 'varchar', 'location': 'varchar',
        'url': 'varchar', 'profile_image_url': 'varchar', 'verified': 'boolean', 'verified_type': 'varchar',
        'protected': 'boolean', 'created_at': 'timestamptz', 'public_metrics': 'json', 'entities': 'json', 'ours':
        'boolean',
    }
) }}
