-- Grain: one user of the site, newest state.
{{ config(
    enabled = has_source('tap-wordpress'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-wordpress') }}"
) }}

{{ staged(
    tap = 'tap-wordpress',
    stream = 'users',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'username': 'varchar', 'first_name': 'varchar', 'last_name': 'varchar',
        'email': 'varchar', 'url': 'varchar', 'description': 'varchar', 'link': 'varchar', 'locale': 'varchar',
        'slug': 'varchar', 'registered_date': 'timestamptz',
    }
) }}
