-- Grain: one post on the Page, newest state.
{{ config(
    enabled = has_source('tap-facebook'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-facebook') }}"
) }}

{{ staged(
    tap = 'tap-facebook',
    stream = 'posts',
    key = ['id'],
    columns = {
        'id': 'varchar', 'message': 'varchar', 'story': 'varchar', 'created_time': 'timestamptz', 'updated_time':
        'timestamptz', 'author_id': 'varchar', 'author_name': 'varchar', 'permalink_url': 'varchar', 'status_type':
        'varchar', 'shares': 'bigint', 'reactions': 'bigint', 'comments': 'bigint',
    }
) }}
