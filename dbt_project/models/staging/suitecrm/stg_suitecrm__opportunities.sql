-- Grain: one opportunity, newest state.
{{ config(
    enabled = has_source('tap-suitecrm'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-suitecrm') }}"
) }}

{{ staged(
    tap = 'tap-suitecrm',
    stream = 'opportunities',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'amount': 'decimal(38, 6)', 'currency': 'varchar', 'sales_stage':
        'varchar', 'probability': 'varchar', 'account_id': 'varchar', 'date_closed': 'date', 'date_entered':
        'timestamptz', 'date_modified': 'timestamptz',
    }
) }}
