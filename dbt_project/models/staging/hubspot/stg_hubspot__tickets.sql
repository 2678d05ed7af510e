-- Grain: one ticket, newest state.
{{ config(
    enabled = has_source('tap-hubspot'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-hubspot') }}"
) }}

{{ staged(
    tap = 'tap-hubspot',
    stream = 'tickets',
    key = ['id'],
    columns = {
        'id': 'varchar', 'created_at': 'timestamptz', 'updated_at': 'timestamptz', 'subject': 'varchar', 'content':
        'varchar', 'hs_pipeline': 'varchar', 'hs_pipeline_stage': 'varchar', 'hs_ticket_priority': 'varchar',
        'hs_ticket_category': 'varchar', 'source_type': 'varchar', 'hubspot_owner_id': 'varchar',
        'hs_merged_object_ids': 'varchar', 'createdate': 'timestamptz', 'closed_date': 'timestamptz',
        'hs_lastmodifieddate': 'timestamptz', 'contact_ids': 'json', 'company_ids': 'json', 'custom': 'json',
    }
) }}
