-- Grain: one lead or opportunity, newest state.
{{ config(
    enabled = has_source('tap-odoo'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-odoo') }}"
) }}

{{ staged(
    tap = 'tap-odoo',
    stream = 'leads',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'type': 'varchar', 'active': 'boolean', 'partner_id': 'varchar',
        'contact_name': 'varchar', 'partner_name': 'varchar', 'email_from': 'varchar', 'email_normalized': 'varchar',
        'phone': 'varchar', 'mobile': 'varchar', 'website': 'varchar', 'function': 'varchar', 'street': 'varchar',
        'street2': 'varchar', 'zip': 'varchar', 'city': 'varchar', 'state': 'varchar', 'country': 'varchar',
        'expected_revenue': 'decimal(38, 6)', 'planned_revenue': 'decimal(38, 6)', 'company_currency': 'varchar',
        'probability': 'double', 'stage': 'varchar', 'lost_reason': 'varchar', 'date_closed': 'timestamptz',
        'is_blacklisted': 'boolean', 'opt_out': 'boolean', 'create_date': 'timestamptz', 'write_date': 'timestamptz',
    }
) }}
