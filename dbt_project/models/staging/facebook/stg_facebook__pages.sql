-- Grain: one Page: the one we read, newest state.
{{ config(
    enabled = has_source('tap-facebook'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-facebook') }}"
) }}

{{ staged(
    tap = 'tap-facebook',
    stream = 'pages',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'username': 'varchar', 'link': 'varchar', 'website': 'varchar',
        'fan_count': 'bigint',
    }
) }}
