-- Grain: one case, or one logged call or e-mail. Other tasks are our own plans, so they are none.
{{ config(enabled = has_source('tap-salesforce'), materialized = 'view') }}

select
    source,
    Id as interaction_id,
    coalesce(ParentId, Id) as thread_id,
    ParentId as parent_id,
    'salesforce' as channel,
    'case' as kind,
    'inbound' as direction,
    coalesce(ContactId, AccountId) as author_record_id,
    nullif(concat_ws(chr(10) || chr(10), Subject, Description), '') as text,
    CreatedDate as occurred_at,
    deleted,
    json_object(
        'number', CaseNumber, 'status', Status, 'priority', Priority, 'origin', Origin, 'type', Type, 'reason', Reason,
        'closed_at', ClosedDate
    ) as attributes,
    loaded_package
from {{ ref('stg_salesforce__cases') }}

union all by name

select
    source,
    Id as interaction_id,
    coalesce(WhatId, Id) as thread_id,
    cast(null as varchar) as parent_id,
    case TaskSubtype when 'Call' then 'phone' else 'email' end as channel,
    case TaskSubtype when 'Call' then 'call' else 'email' end as kind,
    case when CallType = 'Inbound' then 'inbound' else 'outbound' end as direction,
    case when CallType = 'Inbound' then coalesce(WhoId, AccountId) end as author_record_id,
    {{ text_list(["case when CallType is distinct from 'Inbound' then coalesce(WhoId, AccountId) end"]) }} as recipient_record_ids,
    nullif(concat_ws(chr(10) || chr(10), Subject, Description), '') as text,
    coalesce(CompletedDateTime, cast(ActivityDate as timestamptz), CreatedDate) as occurred_at,
    deleted,
    json_object('status', Status, 'owner', OwnerId) as attributes,
    loaded_package
from {{ ref('stg_salesforce__tasks') }}
where TaskSubtype in ('Call', 'Email', 'ListEmail')
