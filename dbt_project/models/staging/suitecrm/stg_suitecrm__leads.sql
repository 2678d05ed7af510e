-- Grain: one lead, newest state.
{{ config(
    enabled = has_source('tap-suitecrm'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-suitecrm') }}"
) }}

{{ staged(
    tap = 'tap-suitecrm',
    stream = 'leads',
    key = ['id'],
    columns = {
        'id': 'varchar', 'first_name': 'varchar', 'last_name': 'varchar', 'title': 'varchar', 'department': 'varchar',
        'email1': 'varchar', 'phone_work': 'varchar', 'phone_mobile': 'varchar', 'phone_home': 'varchar',
        'primary_address_street': 'varchar', 'primary_address_city': 'varchar', 'primary_address_state': 'varchar',
        'primary_address_postalcode': 'varchar', 'primary_address_country': 'varchar', 'account_id': 'varchar',
        'account_name': 'varchar', 'lead_source': 'varchar', 'website': 'varchar', 'status': 'varchar', 'converted':
        'boolean', 'contact_id': 'varchar', 'do_not_call': 'boolean', 'email_opt_out': 'boolean', 'invalid_email':
        'boolean', 'birthdate': 'date', 'date_entered': 'timestamptz', 'date_modified': 'timestamptz',
    }
) }}
