-- Grain: one message, newest state.
{{ config(
    enabled = has_source('tap-facebook'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-facebook') }}"
) }}

{{ staged(
    tap = 'tap-facebook',
    stream = 'messages',
    key = ['id'],
    columns = {
        'id': 'varchar', 'conversation_id': 'varchar', 'created_time': 'timestamptz', 'author_id': 'varchar',
        'author_name': 'varchar', 'to': 'json', 'message': 'varchar', 'attachments': 'json',
    }
) }}
