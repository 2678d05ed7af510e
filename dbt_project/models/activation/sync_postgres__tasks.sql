-- Grain: one conversation that waits for an answer; what a row per conversation of a PostgreSQL table should look like.
{{ config(enabled=is_activated('sync_postgres__tasks')) }}

select
    tessera_id,
    tessera_customer_id,
    subject,
    description,
    channel,
    opened_at
from {{ ref('act_tasks') }}
