-- Grain: one thing that happened to the account that signs in, newest state.
{{ config(
    enabled = has_source('tap-bluesky'),
    materialized = 'incremental',
    unique_key = ['source', 'uri', 'reason'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-bluesky') }}"
) }}

{{ staged(
    tap = 'tap-bluesky',
    stream = 'notifications',
    key = ['uri', 'reason'],
    columns = {
        'uri': 'varchar', 'reason': 'varchar', 'subject': 'varchar', 'author_did': 'varchar', 'text': 'varchar',
        'langs': 'json', 'mentioned_dids': 'json', 'root_uri': 'varchar', 'parent_uri': 'varchar', 'created_at': 'timestamptz', 'indexed_at':
        'timestamptz',
    }
) }}
