-- Grain: one case, newest state.
{{ config(
    enabled = has_source('tap-dynamics'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-dynamics') }}"
) }}

{{ staged(
    tap = 'tap-dynamics',
    stream = 'incidents',
    key = ['id'],
    columns = {
        'id': 'varchar', 'title': 'varchar', 'ticketnumber': 'varchar', 'description': 'varchar', 'customerid':
        'varchar', 'statecode_name': 'varchar', 'prioritycode_name': 'varchar', 'createdon': 'timestamptz',
        'modifiedon': 'timestamptz',
    }
) }}
