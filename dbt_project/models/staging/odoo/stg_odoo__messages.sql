-- Grain: one message, newest state.
{{ config(
    enabled = has_source('tap-odoo'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-odoo') }}"
) }}

{{ staged(
    tap = 'tap-odoo',
    stream = 'messages',
    key = ['id'],
    columns = {
        'id': 'varchar', 'date': 'timestamptz', 'subject': 'varchar', 'body': 'varchar', 'message_type': 'varchar',
        'is_internal': 'boolean', 'model': 'varchar', 'res_id': 'varchar', 'record_name': 'varchar', 'parent_id':
        'varchar', 'author_id': 'varchar', 'email_from': 'varchar', 'partner_ids': 'json', 'create_date':
        'timestamptz', 'write_date': 'timestamptz',
    }
) }}
