-- Grain: one status (post, reply or boost), newest state; of a deleted one only id and time are left.
{{ config(
    enabled = has_source('tap-mastodon'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-mastodon') }}"
) }}

{{ staged(
    tap = 'tap-mastodon',
    stream = 'statuses',
    key = ['id'],
    columns = {
        'id': 'varchar', 'account_id': 'varchar', 'reblog_id': 'varchar', 'in_reply_to_id': 'varchar',
        'in_reply_to_account_id': 'varchar', 'content': 'varchar', 'spoiler_text': 'varchar',
        'sensitive': 'boolean', 'visibility': 'varchar', 'language': 'varchar', 'url': 'varchar',
        'created_at': 'timestamptz', 'edited_at': 'timestamptz', 'replies_count': 'bigint',
        'reblogs_count': 'bigint', 'favourites_count': 'bigint', 'mentions': 'json', 'tags': 'json',
        'media_attachments': 'json', 'application': 'json', 'ours': 'boolean', 'to_us': 'boolean',
    }
) }}
