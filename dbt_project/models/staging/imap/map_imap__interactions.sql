-- Grain: one message, known by its Message-ID so that answers find what they answer. Bounces, out-of-office notes and bulk mail stay out: nobody said them to us.
{{ config(enabled = has_source('tap-imap'), materialized = 'view') }}

select
    source,
    coalesce(message_id, id) as interaction_id,
    thread_id,
    in_reply_to as parent_id,
    'email' as channel,
    'email' as kind,
    direction,
    {{ json_text('"from"', '$.address') }} as author_record_id,
    list_distinct(list_concat(
        coalesce({{ json_list('"to"', '$', 'address') }}, []), coalesce({{ json_list('cc', '$', 'address') }}, [])
    )) as recipient_record_ids,
    concat_ws(chr(10) || chr(10), subject, text) as text,
    cast(null as varchar) as language,
    cast(null as varchar) as url,
    sent_at as occurred_at,
    cast(null as timestamptz) as edited_at,
    deleted,
    cast(null as json) as metrics,
    json_object('folder', folder, 'attachments', attachments, 'message_id', message_id) as attributes,
    loaded_package
from {{ ref('stg_imap__messages') }}
where not coalesce(automatic, false)
-- One Message-ID may come under two dates or senders: the copy that arrived first is the message.
qualify row_number() over (
    partition by source, coalesce(message_id, id) order by received_at, id
) = 1
