-- Grain: one conversation that waits for an answer; what a signed event per conversation of the webhook should look like.
{{ config(enabled=is_activated('sync_webhook__tasks')) }}

select
    tessera_id,
    tessera_customer_id,
    subject,
    description,
    channel,
    opened_at
from {{ ref('act_tasks') }}
