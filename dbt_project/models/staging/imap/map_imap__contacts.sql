-- Grain: one address that wrote to us or that we wrote to; the name is the newest that came with it.
-- Colleagues are no contacts: addresses that send our outbound mail stay out.
{{ config(enabled = has_source('tap-imap'), materialized = 'view') }}

with messages as (
    select * from {{ ref('stg_imap__messages') }}
    where not coalesce(automatic, false) and not deleted
),

named as (
    select source, sent_at, loaded_package, direction, {{ json_text('"from"', '$.address') }} as address, {{ json_text('"from"', '$.name') }} as name
    from messages
    union all
    select source, sent_at, loaded_package, null, {{ json_text('person', '$.address') }}, {{ json_text('person', '$.name') }}
    from (
        select source, sent_at, loaded_package, unnest(list_concat(
            coalesce(cast("to" as json[]), []), coalesce(cast(cc as json[]), []), coalesce(cast(reply_to as json[]), [])
        )) as person
        from messages
    )
),

addresses as (
    select
        source,
        address,
        {{ latest_by('name', 'sent_at') }} as full_name,
        min(sent_at) as created_at,
        max(sent_at) as updated_at,
        max(loaded_package) as loaded_package,
        coalesce(bool_or(direction = 'outbound'), false) as is_colleague
    from named
    where address is not null
    group by source, address
)

select
    source,
    address as source_record_id,
    'unknown' as kind,
    full_name,
    {{ text_list(['address']) }} as emails,
    created_at,
    updated_at,
    false as deleted,
    loaded_package
from addresses
where not is_colleague
