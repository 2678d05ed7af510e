-- Grain: one conversation in which a customer waits for the brand's answer: where routing rules are declared, those
-- that a rule took, with whom it went to and until when; else all.
{% set routed = (var('social', {}).get('routing') or {}).get('rules', []) | length > 0 %}
{{ config(materialized='ephemeral') }}

with waiting as (
    select *
    from {{ ref('conversations') }}
    where whose_turn = 'brand' and resolved_at is null and customer_id is not null
),

openings as (
    select source, interaction_id, url from {{ ref('interactions') }}
),

queue as (
    select * from {{ ref('work_queue') }}
)

select
    w.conversation_id as tessera_id,
    w.customer_id as tessera_customer_id,
    'Answer on ' || w.channel || coalesce(': ' || coalesce(w.topic, w.intent), '') as subject,
    concat_ws(
        chr(10),
        'Waiting since ' || strftime(w.last_turn_at, '%Y-%m-%d %H:%M') || ' UTC',
        'For ' || coalesce(queue.escalated_to, queue.addressee, queue.team) || ', priority ' || queue.priority
        || ', due ' || strftime(queue.due_at, '%Y-%m-%d %H:%M') || ' UTC, by rule ' || queue.rule,
        o.url
    ) as description,
    w.channel,
    w.opened_at
from waiting as w
left join openings as o on w.source = o.source and w.opening_id = o.interaction_id
{{ 'inner' if routed else 'left' }} join queue on w.conversation_id = queue.conversation_id
