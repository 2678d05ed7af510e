-- Grain: one post of ours in the archive, newest state.
{{ config(
    enabled = has_source('tap-x'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-x') }}"
) }}

{{ staged(
    tap = 'tap-x',
    stream = 'archive_posts',
    key = ['id'],
    columns = {
        'id': 'varchar', 'text': 'varchar', 'author_id': 'varchar', 'created_at': 'timestamptz', 'lang': 'varchar',
        'in_reply_to_status_id': 'varchar', 'in_reply_to_user_id': 'varchar', 'entities': 'json', 'like_count':
        'bigint', 'retweet_count': 'bigint',
    }
) }}
