-- Grain: one video, newest state.
{{ config(
    enabled = has_source('tap-youtube'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-youtube') }}"
) }}

{{ staged(
    tap = 'tap-youtube',
    stream = 'videos',
    key = ['id'],
    columns = {
        'id': 'varchar', 'channel_id': 'varchar', 'channel_title': 'varchar', 'title': 'varchar', 'description':
        'varchar', 'language': 'varchar', 'published_at': 'timestamptz', 'view_count': 'bigint', 'like_count':
        'bigint', 'comment_count': 'bigint',
    }
) }}
