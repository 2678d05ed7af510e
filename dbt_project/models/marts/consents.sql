-- Grain: what one source record says of one purpose on one channel. The most restrictive wins at the time of
-- use (ARCHITECTURE, law 6), so nothing is decided here.
with said as (
    select
        clusters.customer_id,
        contacts.source,
        contacts.source_record_id,
        coalesce(contacts.updated_at, contacts.created_at) as occurred_at,
        contacts.attributes -> '$.consents' as consents,
        {{ explode("json_keys(contacts.attributes -> '$.consents')") }} as consent
    from {{ ref('int_contacts') }} as contacts
    inner join {{ ref('clusters') }} as clusters
        on contacts.source = clusters.source and contacts.source_record_id = clusters.source_record_id
    where not contacts.deleted
)

select
    customer_id,
    split_part(consent, ':', 1) as channel,
    coalesce(nullif(split_part(consent, ':', 2), ''), 'marketing') as purpose,
    case
        when lower(consents ->> consent) in ('true', 'yes', 'y', '1', 'granted', 'opt-in', 'optin', 'subscribed') then 'granted'
        when lower(consents ->> consent) in ('false', 'no', 'n', '0', 'denied', 'opt-out', 'optout', 'unsubscribed') then 'denied'
        else 'unknown'
    end as status,
    source,
    source_record_id,
    occurred_at
from said
