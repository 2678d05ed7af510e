-- Grain: one quotation or order, newest state.
{{ config(
    enabled = has_source('tap-odoo'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-odoo') }}"
) }}

{{ staged(
    tap = 'tap-odoo',
    stream = 'orders',
    key = ['id'],
    columns = {
        'id': 'varchar', 'name': 'varchar', 'state': 'varchar', 'partner_id': 'varchar', 'date_order': 'timestamptz',
        'amount_untaxed': 'decimal(38, 6)', 'amount_total': 'decimal(38, 6)', 'currency': 'varchar', 'opportunity_id':
        'varchar', 'client_order_ref': 'varchar', 'create_date': 'timestamptz', 'write_date': 'timestamptz',
    }
) }}
