-- Grain: one account: ours, or one that spoke, newest state.
{{ config(
    enabled = has_source('tap-bluesky'),
    materialized = 'incremental',
    unique_key = ['source', 'did'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-bluesky') }}"
) }}

{{ staged(
    tap = 'tap-bluesky',
    stream = 'profiles',
    key = ['did'],
    columns = {
        'did': 'varchar', 'handle': 'varchar', 'display_name': 'varchar', 'description': 'varchar', 'website':
        'varchar', 'avatar': 'varchar', 'followers_count': 'bigint', 'follows_count': 'bigint', 'posts_count':
        'bigint', 'verified': 'boolean', 'ours': 'boolean', 'created_at': 'timestamptz', 'indexed_at': 'timestamptz',
    }
) }}
