-- Grain: one thing that happened to our account: mention, favourite, boost, follow.
{{ config(
    enabled = has_source('tap-mastodon'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-mastodon') }}"
) }}

{{ staged(
    tap = 'tap-mastodon',
    stream = 'notifications',
    key = ['id'],
    columns = {
        'id': 'varchar', 'type': 'varchar', 'created_at': 'timestamptz', 'account_id': 'varchar',
        'status_id': 'varchar',
    }
) }}
