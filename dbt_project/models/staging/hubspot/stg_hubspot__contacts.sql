-- Grain: one contact, newest state.
{{ config(
    enabled = has_source('tap-hubspot'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-hubspot') }}"
) }}

{{ staged(
    tap = 'tap-hubspot',
    stream = 'contacts',
    key = ['id'],
    columns = {
        'id': 'varchar', 'created_at': 'timestamptz', 'updated_at': 'timestamptz', 'firstname': 'varchar', 'lastname':
        'varchar', 'email': 'varchar', 'hs_additional_emails': 'varchar', 'phone': 'varchar', 'mobilephone':
        'varchar', 'company': 'varchar', 'associatedcompanyid': 'varchar', 'jobtitle': 'varchar', 'website':
        'varchar', 'address': 'varchar', 'city': 'varchar', 'state': 'varchar', 'zip': 'varchar', 'country':
        'varchar', 'date_of_birth': 'varchar', 'hs_language': 'varchar', 'twitterhandle': 'varchar',
        'hs_linkedin_url': 'varchar', 'lifecyclestage': 'varchar', 'hs_lead_status': 'varchar', 'hs_email_optout':
        'varchar', 'hubspot_owner_id': 'varchar', 'hs_merged_object_ids': 'varchar', 'createdate': 'timestamptz',
        'lastmodifieddate': 'timestamptz', 'custom': 'json',
    }
) }}
