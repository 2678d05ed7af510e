-- Grain: one partner, newest state.
{{ config(
    enabled = has_source('tap-odoo'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-odoo') }}"
) }}

{{ staged(
    tap = 'tap-odoo',
    stream = 'partners',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'is_company': 'boolean', 'parent_id': 'varchar', 'parent': 'varchar',
        'commercial_company_name': 'varchar', 'company_name': 'varchar', 'type': 'varchar', 'active': 'boolean',
        'email': 'varchar', 'email_normalized': 'varchar', 'phone': 'varchar', 'mobile': 'varchar', 'website':
        'varchar', 'function': 'varchar', 'street': 'varchar', 'street2': 'varchar', 'zip': 'varchar', 'city':
        'varchar', 'state': 'varchar', 'country': 'varchar', 'lang': 'varchar', 'vat': 'varchar', 'ref': 'varchar',
        'partner_share': 'boolean', 'is_blacklisted': 'boolean', 'phone_blacklisted': 'boolean', 'opt_out': 'boolean',
        'create_date': 'timestamptz', 'write_date': 'timestamptz',
    }
) }}
