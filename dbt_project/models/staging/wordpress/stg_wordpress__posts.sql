-- Grain: one post, newest state.
{{ config(
    enabled = has_source('tap-wordpress'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-wordpress') }}"
) }}

{{ staged(
    tap = 'tap-wordpress',
    stream = 'posts',
    key = ['id'],
    columns = {
        'id': 'varchar', 'date_gmt': 'timestamptz', 'modified_gmt': 'timestamptz', 'status': 'varchar', 'link':
        'varchar', 'title': 'varchar', 'content': 'varchar', 'excerpt': 'varchar', 'author': 'varchar',
    }
) }}
