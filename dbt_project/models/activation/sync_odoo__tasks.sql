-- Grain: one conversation that waits for an answer; what crm.lead, one per conversation of Odoo should look like.
{{ config(enabled=is_activated('sync_odoo__tasks')) }}

select
    tessera_id,
    tessera_customer_id,
    subject as name,
    description,
    tessera_customer_id as partner_id
from {{ ref('act_tasks') }}
