-- Grain: one note, newest state.
{{ config(
    enabled = has_source('tap-hubspot'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-hubspot') }}"
) }}

{{ staged(
    tap = 'tap-hubspot',
    stream = 'notes',
    key = ['id'],
    columns = {
        'id': 'varchar', 'created_at': 'timestamptz', 'updated_at': 'timestamptz', 'hs_note_body': 'varchar',
        'hs_timestamp': 'timestamptz', 'hubspot_owner_id': 'varchar', 'hs_lastmodifieddate': 'timestamptz',
        'contact_ids': 'json', 'company_ids': 'json', 'custom': 'json',
    }
) }}
