-- Grain: one comment on an Instagram post, newest state.
{{ config(
    enabled = has_source('tap-facebook'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-facebook') }}"
) }}

{{ staged(
    tap = 'tap-facebook',
    stream = 'instagram_comments',
    key = ['id'],
    columns = {
        'id': 'varchar', 'media_id': 'varchar', 'parent_id': 'varchar', 'text': 'varchar', 'timestamp': 'timestamptz',
        'username': 'varchar', 'author_id': 'varchar', 'like_count': 'bigint', 'hidden': 'boolean',
    }
) }}
