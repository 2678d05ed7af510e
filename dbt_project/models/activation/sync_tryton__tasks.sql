-- Grain: one conversation that waits for an answer; what sale.opportunity, one per conversation of Tryton should look like.
{{ config(enabled=is_activated('sync_tryton__tasks')) }}

select
    tessera_id,
    tessera_customer_id,
    subject as description,
    description as comment,
    tessera_customer_id as party
from {{ ref('act_tasks') }}
