-- Grain: one entry of a feed, newest state.
{{ config(
    enabled = has_source('tap-feed'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-feed') }}"
) }}

{{ staged(
    tap = 'tap-feed',
    stream = 'entries',
    key = ['id'],
    columns = {
        'id': 'varchar', 'feed_url': 'varchar', 'url': 'varchar', 'title': 'varchar', 'content': 'varchar',
        'author_name': 'varchar', 'author_url': 'varchar', 'author_email': 'varchar',
        'published_at': 'timestamptz', 'updated_at': 'timestamptz', 'tags': 'json',
        'in_reply_to': 'varchar', 'language': 'varchar',
    }
) }}
