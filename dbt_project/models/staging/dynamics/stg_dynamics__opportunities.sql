-- Grain: one opportunity, newest state.
{{ config(
    enabled = has_source('tap-dynamics'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-dynamics') }}"
) }}

{{ staged(
    tap = 'tap-dynamics',
    stream = 'opportunities',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'customerid': 'varchar', 'estimatedvalue': 'decimal(38, 6)',
        'actualvalue': 'decimal(38, 6)', 'transactioncurrencyid_name': 'varchar', 'stepname': 'varchar',
        'statecode_name': 'varchar', 'estimatedclosedate': 'date', 'actualclosedate': 'date', 'createdon':
        'timestamptz', 'modifiedon': 'timestamptz',
    }
) }}
