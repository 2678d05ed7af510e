-- Grain: one comment, newest state.
{{ config(
    enabled = has_source('tap-wordpress'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-wordpress') }}"
) }}

{{ staged(
    tap = 'tap-wordpress',
    stream = 'comments',
    key = ['id'],
    columns = {
        'id': 'varchar', 'post': 'varchar', 'parent': 'varchar', 'author': 'varchar', 'author_name': 'varchar',
        'author_email': 'varchar', 'author_url': 'varchar', 'date_gmt': 'timestamptz', 'content': 'varchar', 'link':
        'varchar', 'status': 'varchar', 'type': 'varchar',
    }
) }}
