-- Grain: one answer to a comment, newest state.
{{ config(
    enabled = has_source('tap-youtube'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-youtube') }}"
) }}

{{ staged(
    tap = 'tap-youtube',
    stream = 'replies',
    key = ['id'],
    columns = {
        'id': 'varchar', 'parent_id': 'varchar', 'video_id': 'varchar', 'channel_id': 'varchar', 'author_channel_id':
        'varchar', 'author_display_name': 'varchar', 'author_channel_url': 'varchar', 'author_profile_image_url':
        'varchar', 'text_original': 'varchar', 'text_display': 'varchar', 'like_count': 'bigint', 'published_at':
        'timestamptz', 'updated_at': 'timestamptz',
    }
) }}
