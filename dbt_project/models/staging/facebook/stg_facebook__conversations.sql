-- Grain: one conversation, newest state.
{{ config(
    enabled = has_source('tap-facebook'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-facebook') }}"
) }}

{{ staged(
    tap = 'tap-facebook',
    stream = 'conversations',
    key = ['id'],
    columns = {
        'id': 'varchar', 'platform': 'varchar', 'updated_time': 'timestamptz', 'message_count': 'bigint',
        'unread_count': 'bigint', 'participants': 'json', 'link': 'varchar',
    }
) }}
