-- Grain: one post, newest state.
{{ config(
    enabled = has_source('tap-discourse'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-discourse') }}"
) }}

{{ staged(
    tap = 'tap-discourse',
    stream = 'posts',
    key = ['id'],
    columns = {
        'id': 'varchar', 'topic_id': 'varchar', 'topic_slug': 'varchar', 'topic_title': 'varchar', 'post_number':
        'varchar', 'post_type': 'bigint', 'reply_to_post_number': 'varchar', 'user_id': 'varchar', 'username':
        'varchar', 'created_at': 'timestamptz', 'updated_at': 'timestamptz', 'raw': 'varchar', 'cooked': 'varchar',
        'reply_count': 'bigint', 'like_count': 'bigint', 'hidden': 'boolean', 'accepted_answer': 'boolean', 'version':
        'bigint',
    }
) }}
