-- Grain: one like of a post, newest state.
{{ config(
    enabled = has_source('tap-discourse'),
    materialized = 'incremental',
    unique_key = ['source', 'post_id', 'user_id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-discourse') }}"
) }}

{{ staged(
    tap = 'tap-discourse',
    stream = 'likes',
    key = ['post_id', 'user_id'],
    columns = {
        'post_id': 'varchar', 'user_id': 'varchar', 'username': 'varchar',
    }
) }}
