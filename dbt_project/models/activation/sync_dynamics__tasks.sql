-- Grain: one conversation that waits for an answer; what task, one per conversation of Dynamics should look like.
{{ config(enabled=is_activated('sync_dynamics__tasks')) }}

select
    tessera_id,
    tessera_customer_id,
    subject,
    description
from {{ ref('act_tasks') }}
