-- Grain: one post around ours, newest state.
{{ config(
    enabled = has_source('tap-bluesky'),
    materialized = 'incremental',
    unique_key = ['source', 'uri'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-bluesky') }}"
) }}

{{ staged(
    tap = 'tap-bluesky',
    stream = 'threads',
    key = ['uri'],
    columns = {
        'uri': 'varchar', 'author_did': 'varchar', 'text': 'varchar', 'langs': 'json', 'root_uri': 'varchar',
        'parent_uri': 'varchar', 'quoted_uri': 'varchar', 'repost_of': 'varchar', 'mentioned_dids': 'json',
        'created_at': 'timestamptz', 'indexed_at': 'timestamptz', 'reply_count': 'bigint', 'repost_count': 'bigint',
        'like_count': 'bigint', 'quote_count': 'bigint', 'embed': 'json', 'tags': 'json', 'ours': 'boolean', 'to_us':
        'boolean',
    }
) }}
