-- Grain: one call, e-mail, meeting, task or message, newest state.
{{ config(
    enabled = has_source('tap-hubspot'),
    materialized = 'incremental',
    unique_key = ['source', 'type', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-hubspot') }}"
) }}

{{ staged(
    tap = 'tap-hubspot',
    stream = 'engagements',
    key = ['type', 'id'],
    columns = {
        'id': 'varchar', 'created_at': 'timestamptz', 'updated_at': 'timestamptz', 'title': 'varchar', 'body':
        'varchar', 'direction': 'varchar', 'status': 'varchar', 'channel': 'varchar', 'hs_timestamp': 'timestamptz',
        'hubspot_owner_id': 'varchar', 'hs_lastmodifieddate': 'timestamptz', 'type': 'varchar', 'contact_ids': 'json',
        'company_ids': 'json', 'custom': 'json',
    }
) }}
