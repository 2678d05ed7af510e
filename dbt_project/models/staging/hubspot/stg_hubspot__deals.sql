-- Grain: one deal, newest state.
{{ config(
    enabled = has_source('tap-hubspot'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-hubspot') }}"
) }}

{{ staged(
    tap = 'tap-hubspot',
    stream = 'deals',
    key = ['id'],
    columns = {
        'id': 'varchar', 'created_at': 'timestamptz', 'updated_at': 'timestamptz', 'dealname': 'varchar', 'amount': 'decimal(38, 6)', 'deal_currency_code': 'varchar', 'dealstage': 'varchar', 'pipeline': 'varchar', 'dealtype':
        'varchar', 'hs_is_closed': 'varchar', 'hs_is_closed_won': 'varchar', 'closedate': 'timestamptz',
        'hubspot_owner_id': 'varchar', 'hs_merged_object_ids': 'varchar', 'createdate': 'timestamptz',
        'hs_lastmodifieddate': 'timestamptz', 'contact_ids': 'json', 'company_ids': 'json', 'custom': 'json',
    }
) }}
