-- Grain: one comment that names us, newest state.
{{ config(
    enabled = has_source('tap-reddit'),
    materialized = 'incremental',
    unique_key = ['source', 'name'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-reddit') }}"
) }}

{{ staged(
    tap = 'tap-reddit',
    stream = 'mentions',
    key = ['name'],
    columns = {
        'name': 'varchar', 'id': 'varchar', 'author': 'varchar', 'author_fullname': 'varchar', 'subreddit': 'varchar',
        'created_utc': 'timestamptz', 'score': 'bigint', 'ours': 'boolean', 'context': 'varchar', 'link_title':
        'varchar', 'subject': 'varchar', 'body': 'varchar', 'parent_id': 'varchar',
    }
) }}
