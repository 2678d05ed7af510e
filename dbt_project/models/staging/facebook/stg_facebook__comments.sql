-- Grain: one comment on a post, newest state.
{{ config(
    enabled = has_source('tap-facebook'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-facebook') }}"
) }}

{{ staged(
    tap = 'tap-facebook',
    stream = 'comments',
    key = ['id'],
    columns = {
        'id': 'varchar', 'post_id': 'varchar', 'parent_id': 'varchar', 'message': 'varchar', 'created_time':
        'timestamptz', 'author_id': 'varchar', 'author_name': 'varchar', 'like_count': 'bigint', 'comment_count':
        'bigint', 'permalink_url': 'varchar', 'is_hidden': 'boolean',
    }
) }}
