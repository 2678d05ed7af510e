-- Grain: one account, newest state.
{{ config(
    enabled = has_source('tap-suitecrm'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-suitecrm') }}"
) }}

{{ staged(
    tap = 'tap-suitecrm',
    stream = 'accounts',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'account_type': 'varchar', 'industry': 'varchar', 'website': 'varchar',
        'email1': 'varchar', 'phone_office': 'varchar', 'phone_alternate': 'varchar', 'billing_address_street':
        'varchar', 'billing_address_city': 'varchar', 'billing_address_state': 'varchar',
        'billing_address_postalcode': 'varchar', 'billing_address_country': 'varchar', 'email_opt_out': 'boolean',
        'date_entered': 'timestamptz', 'date_modified': 'timestamptz',
    }
) }}
