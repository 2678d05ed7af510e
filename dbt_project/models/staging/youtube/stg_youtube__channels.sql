-- Grain: one channel, newest state.
{{ config(
    enabled = has_source('tap-youtube'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-youtube') }}"
) }}

{{ staged(
    tap = 'tap-youtube',
    stream = 'channels',
    key = ['id'],
    columns = {
        'id': 'varchar', 'title': 'varchar', 'description': 'varchar', 'custom_url': 'varchar', 'country': 'varchar',
        'published_at': 'timestamptz', 'subscriber_count': 'bigint', 'view_count': 'bigint',
    }
) }}
