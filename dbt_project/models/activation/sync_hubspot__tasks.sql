-- Grain: one conversation that waits for an answer; what tickets, one per conversation of Hubspot should look like.
{{ config(enabled=is_activated('sync_hubspot__tasks')) }}

select
    tessera_id,
    tessera_customer_id,
    subject,
    description as content,
    '1' as hs_pipeline_stage
from {{ ref('act_tasks') }}
