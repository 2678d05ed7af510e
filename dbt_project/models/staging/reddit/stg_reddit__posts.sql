-- Grain: one post in a subreddit, newest state.
{{ config(
    enabled = has_source('tap-reddit'),
    materialized = 'incremental',
    unique_key = ['source', 'name'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-reddit') }}"
) }}

{{ staged(
    tap = 'tap-reddit',
    stream = 'posts',
    key = ['name'],
    columns = {
        'name': 'varchar', 'id': 'varchar', 'author': 'varchar', 'author_fullname': 'varchar', 'subreddit': 'varchar',
        'created_utc': 'timestamptz', 'score': 'bigint', 'ours': 'boolean', 'edited': 'timestamptz', 'permalink':
        'varchar', 'title': 'varchar', 'selftext': 'varchar', 'url': 'varchar', 'num_comments': 'bigint', 'over_18':
        'boolean', 'link_flair_text': 'varchar',
    }
) }}
