-- Grain: one message; its thread is the record it was written on. Outbound is what one of our own users wrote.
{{ config(enabled = has_source('tap-odoo'), materialized = 'view') }}

select
    said.source,
    said.id as interaction_id,
    coalesce(said.model || ':' || said.res_id, 'message:' || coalesce(said.parent_id, said.id)) as thread_id,
    said.parent_id,
    case when said.message_type = 'email' then 'email' else 'odoo' end as channel,
    case
        when said.is_internal then 'note'
        when said.message_type = 'email' then 'email'
        else 'message'
    end as kind,
    case when coalesce(author.partner_share, said.author_id is null) then 'inbound' else 'outbound' end as direction,
    said.author_id as author_record_id,
    {{ json_list('said.partner_ids', '$') }} as recipient_record_ids,
    nullif(concat_ws(chr(10) || chr(10), said.subject, {{ plain_text('said.body') }}), '') as text,
    coalesce(said.date, said.create_date) as occurred_at,
    said.deleted,
    json_object('record', said.record_name, 'type', said.message_type) as attributes,
    said.loaded_package
from {{ ref('stg_odoo__messages') }} as said
left join {{ ref('stg_odoo__partners') }} as author
    on said.source = author.source and said.author_id = author.id
