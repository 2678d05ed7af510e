-- Grain: one case; its customer is a contact or an account.
{{ config(enabled = has_source('tap-dynamics'), materialized = 'view') }}

select
    said.source,
    said.id as interaction_id,
    said.id as thread_id,
    'dynamics' as channel,
    'case' as kind,
    'inbound' as direction,
    case
        when exists (
            select 1 from {{ ref('stg_dynamics__accounts') }} as a where a.source = said.source and a.id = said.customerid
        ) then 'account:' || said.customerid
        else said.customerid
    end as author_record_id,
    nullif(concat_ws(chr(10) || chr(10), said.title, said.description), '') as text,
    said.createdon as occurred_at,
    said.deleted,
    json_object('number', said.ticketnumber, 'state', said.statecode_name, 'priority', said.prioritycode_name) as attributes,
    said.loaded_package
from {{ ref('stg_dynamics__incidents') }} as said
