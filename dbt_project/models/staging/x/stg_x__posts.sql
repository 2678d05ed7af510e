-- Grain: one post of ours, newest state.
{{ config(
    enabled = has_source('tap-x'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-x') }}"
) }}

{{ staged(
    tap = 'tap-x',
    stream = 'posts',
    key = ['id'],
    columns = {
        'id': 'varchar', 'text': 'varchar', 'author_id': 'varchar', 'conversation_id': 'varchar', 'created_at':
        'timestamptz', 'lang': 'varchar', 'in_reply_to_user_id': 'varchar', 'referenced_tweets': 'json',
        'edit_history_tweet_ids': 'json', 'public_metrics': 'json', 'entities': 'json', 'attachments': 'json',
        'possibly_sensitive': 'boolean',
    }
) }}
