-- Grain: one status's place in its thread.
{{ config(
    enabled = has_source('tap-mastodon'),
    materialized = 'incremental',
    unique_key = ['source', 'status_id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-mastodon') }}"
) }}

{{ staged(
    tap = 'tap-mastodon',
    stream = 'conversations',
    key = ['status_id'],
    columns = {
        'status_id': 'varchar', 'thread_id': 'varchar', 'parent_id': 'varchar', 'account_id': 'varchar',
        'created_at': 'timestamptz',
    }
) }}
