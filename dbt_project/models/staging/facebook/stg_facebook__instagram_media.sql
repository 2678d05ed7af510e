-- Grain: one Instagram post of ours, newest state.
{{ config(
    enabled = has_source('tap-facebook'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-facebook') }}"
) }}

{{ staged(
    tap = 'tap-facebook',
    stream = 'instagram_media',
    key = ['id'],
    columns = {
        'id': 'varchar', 'caption': 'varchar', 'media_type': 'varchar', 'permalink': 'varchar', 'timestamp':
        'timestamptz', 'username': 'varchar', 'like_count': 'bigint', 'comments_count': 'bigint',
    }
) }}
