-- Grain: one conversation that waits for an answer; what Cases, one per conversation of Suitecrm should look like.
{{ config(enabled=is_activated('sync_suitecrm__tasks')) }}

select
    tessera_id,
    tessera_customer_id,
    subject as name,
    description
from {{ ref('act_tasks') }}
