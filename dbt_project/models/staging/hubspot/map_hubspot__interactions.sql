-- Grain: one ticket, note, call, e-mail, meeting or message. Tasks are our own plans, so they are none.
{{ config(enabled = has_source('tap-hubspot'), materialized = 'view') }}

with engagements as (
    select *
    from {{ ref('stg_hubspot__engagements') }}
    where type <> 'tasks'
),

said as (
    select
        *,
        coalesce(direction in ('INBOUND', 'INCOMING_EMAIL'), false) as inbound,
        coalesce({{ json_text('contact_ids', '$[0]') }}, 'company:' || {{ json_text('company_ids', '$[0]') }}) as party
    from engagements
),

notes as (
    select
        *,
        coalesce({{ json_text('contact_ids', '$[0]') }}, 'company:' || {{ json_text('company_ids', '$[0]') }}) as party
    from {{ ref('stg_hubspot__notes') }}
)

select
    source,
    'ticket:' || id as interaction_id,
    'ticket:' || id as thread_id,
    'hubspot' as channel,
    'case' as kind,
    'inbound' as direction,
    coalesce({{ json_text('contact_ids', '$[0]') }}, 'company:' || {{ json_text('company_ids', '$[0]') }}) as author_record_id,
    nullif(concat_ws(chr(10) || chr(10), subject, {{ plain_text('content') }}), '') as text,
    coalesce(createdate, created_at) as occurred_at,
    deleted,
    json_object(
        'pipeline', hs_pipeline, 'stage', hs_pipeline_stage, 'priority', hs_ticket_priority,
        'category', hs_ticket_category, 'source', source_type, 'closed_at', closed_date
    ) as attributes,
    loaded_package
from {{ ref('stg_hubspot__tickets') }}

union all by name

select
    source,
    'note:' || id as interaction_id,
    'note:' || id as thread_id,
    'hubspot' as channel,
    'note' as kind,
    'outbound' as direction,
    {{ text_list(['party']) }} as recipient_record_ids,
    {{ plain_text('hs_note_body') }} as text,
    coalesce(hs_timestamp, created_at) as occurred_at,
    deleted,
    json_object('owner', hubspot_owner_id) as attributes,
    loaded_package
from notes

union all by name

select
    source,
    type || ':' || id as interaction_id,
    type || ':' || id as thread_id,
    case type when 'emails' then 'email' when 'calls' then 'phone' else lower(coalesce(channel, 'hubspot')) end as channel,
    case type when 'emails' then 'email' when 'calls' then 'call' when 'meetings' then 'meeting' else 'message' end as kind,
    case when inbound then 'inbound' else 'outbound' end as direction,
    case when inbound then party end as author_record_id,
    {{ text_list(['case when not inbound then party end']) }} as recipient_record_ids,
    nullif(concat_ws(chr(10) || chr(10), title, {{ plain_text('body') }}), '') as text,
    coalesce(hs_timestamp, created_at) as occurred_at,
    deleted,
    json_object('owner', hubspot_owner_id, 'status', status) as attributes,
    loaded_package
from said
