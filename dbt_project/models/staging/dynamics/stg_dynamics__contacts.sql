-- Grain: one contact, newest state.
{{ config(
    enabled = has_source('tap-dynamics'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-dynamics') }}"
) }}

{{ staged(
    tap = 'tap-dynamics',
    stream = 'contacts',
    key = ['id'],
    columns = {
        'id': 'varchar', 'fullname': 'varchar', 'firstname': 'varchar', 'lastname': 'varchar', 'jobtitle': 'varchar',
        'emailaddress1': 'varchar', 'emailaddress2': 'varchar', 'telephone1': 'varchar', 'mobilephone': 'varchar',
        'telephone2': 'varchar', 'websiteurl': 'varchar', 'parentcustomerid_name': 'varchar', 'birthdate': 'date',
        'address1_line1': 'varchar', 'address1_line2': 'varchar', 'address1_city': 'varchar',
        'address1_stateorprovince': 'varchar', 'address1_postalcode': 'varchar', 'address1_country': 'varchar',
        'donotemail': 'boolean', 'donotbulkemail': 'boolean', 'donotphone': 'boolean', 'statecode': 'bigint',
        'createdon': 'timestamptz', 'modifiedon': 'timestamptz',
    }
) }}
