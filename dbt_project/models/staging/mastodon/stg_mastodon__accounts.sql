-- Grain: one account that follows us, that we follow or that spoke to us, newest state.
{{ config(
    enabled = has_source('tap-mastodon'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-mastodon') }}"
) }}

{{ staged(
    tap = 'tap-mastodon',
    stream = 'accounts',
    key = ['id'],
    columns = {
        'id': 'varchar', 'username': 'varchar', 'acct': 'varchar', 'display_name': 'varchar',
        'note': 'varchar', 'url': 'varchar', 'avatar': 'varchar', 'bot': 'boolean', 'group': 'boolean',
        'locked': 'boolean', 'discoverable': 'boolean', 'suspended': 'boolean', 'memorial': 'boolean',
        'moved': 'varchar', 'created_at': 'timestamptz', 'followers_count': 'bigint',
        'following_count': 'bigint', 'statuses_count': 'bigint', 'fields': 'json', 'ours': 'boolean',
    }
) }}
