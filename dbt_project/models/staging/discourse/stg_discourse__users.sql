-- Grain: one member of the forum, newest state.
{{ config(
    enabled = has_source('tap-discourse'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-discourse') }}"
) }}

{{ staged(
    tap = 'tap-discourse',
    stream = 'users',
    key = ['id'],
    columns = {
        'id': 'varchar', 'username': 'varchar', 'name': 'varchar', 'email': 'varchar', 'secondary_emails': 'json',
        'title': 'varchar', 'trust_level': 'bigint', 'created_at': 'timestamptz', 'last_seen_at': 'timestamptz',
        'avatar_template': 'varchar',
    }
) }}
