-- Grain: one company, newest state.
{{ config(
    enabled = has_source('tap-hubspot'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-hubspot') }}"
) }}

{{ staged(
    tap = 'tap-hubspot',
    stream = 'companies',
    key = ['id'],
    columns = {
        'id': 'varchar', 'created_at': 'timestamptz', 'updated_at': 'timestamptz', 'name': 'varchar', 'domain':
        'varchar', 'website': 'varchar', 'phone': 'varchar', 'address': 'varchar', 'address2': 'varchar', 'city':
        'varchar', 'state': 'varchar', 'zip': 'varchar', 'country': 'varchar', 'industry': 'varchar', 'description':
        'varchar', 'numberofemployees': 'varchar', 'lifecyclestage': 'varchar', 'twitterhandle': 'varchar',
        'linkedin_company_page': 'varchar', 'hubspot_owner_id': 'varchar', 'hs_merged_object_ids': 'varchar',
        'createdate': 'timestamptz', 'hs_lastmodifieddate': 'timestamptz', 'custom': 'json',
    }
) }}
