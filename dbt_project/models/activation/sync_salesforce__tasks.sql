-- Grain: one conversation that waits for an answer; what Case, one per conversation of Salesforce should look like.
-- Salesforce spells its fields so.
-- noqa: disable=CP02,AL09
{{ config(enabled=is_activated('sync_salesforce__tasks')) }}

select
    tessera_id,
    tessera_customer_id,
    subject as Subject,
    description as Description,
    tessera_customer_id as ContactId
from {{ ref('act_tasks') }}
