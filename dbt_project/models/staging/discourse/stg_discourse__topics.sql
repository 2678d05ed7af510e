-- Grain: one topic, newest state.
{{ config(
    enabled = has_source('tap-discourse'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-discourse') }}"
) }}

{{ staged(
    tap = 'tap-discourse',
    stream = 'topics',
    key = ['id'],
    columns = {
        'id': 'varchar', 'title': 'varchar', 'category_id': 'varchar', 'created_at': 'timestamptz', 'bumped_at':
        'timestamptz', 'posts_count': 'bigint', 'views': 'bigint', 'closed': 'boolean', 'has_accepted_answer':
        'boolean',
    }
) }}
