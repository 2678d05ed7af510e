-- Grain: one recommendation of the Page, newest state.
{{ config(
    enabled = has_source('tap-facebook'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-facebook') }}"
) }}

{{ staged(
    tap = 'tap-facebook',
    stream = 'ratings',
    key = ['id'],
    columns = {
        'id': 'varchar', 'created_time': 'timestamptz', 'has_rating': 'boolean', 'rating': 'bigint',
        'recommendation_type': 'varchar', 'review_text': 'varchar', 'author_id': 'varchar', 'author_name': 'varchar',
    }
) }}
