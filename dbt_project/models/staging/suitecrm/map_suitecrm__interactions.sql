-- Grain: one case or note; a note's thread is the record it was written on.
{{ config(enabled = has_source('tap-suitecrm'), materialized = 'view') }}

select
    source,
    'case:' || id as interaction_id,
    'case:' || id as thread_id,
    cast(null as varchar) as parent_id,
    'suitecrm' as channel,
    'case' as kind,
    'inbound' as direction,
    coalesce(contact_created_by_id, 'account:' || account_id) as author_record_id,
    nullif(concat_ws(chr(10) || chr(10), name, {{ plain_text('description') }}), '') as text,
    date_entered as occurred_at,
    deleted,
    json_object('number', case_number, 'status', status, 'priority', priority, 'resolution', resolution) as attributes,
    loaded_package
from {{ ref('stg_suitecrm__cases') }}

union all by name

select
    source,
    'note:' || id as interaction_id,
    coalesce(
        case when parent_type = 'Cases' then 'case:' || parent_id end,
        lower(parent_type) || ':' || parent_id,
        'note:' || id
    ) as thread_id,
    case when parent_type = 'Cases' then 'case:' || parent_id end as parent_id,
    'suitecrm' as channel,
    'note' as kind,
    'outbound' as direction,
    {{ text_list(["coalesce(contact_id, case parent_type when 'Contacts' then parent_id when 'Accounts' then 'account:' || parent_id when 'Leads' then 'lead:' || parent_id end)"]) }} as recipient_record_ids,
    nullif(concat_ws(chr(10) || chr(10), name, {{ plain_text('description') }}), '') as text,
    date_entered as occurred_at,
    deleted,
    loaded_package
from {{ ref('stg_suitecrm__notes') }}
