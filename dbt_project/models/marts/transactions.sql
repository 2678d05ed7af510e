-- Grain: one business event, with the customer it belongs to.
select
    events.source,
    events.transaction_id,
    events.kind,
    events.party_record_id,
    clusters.customer_id,
    events.amount,
    upper(events.currency) as currency,
    events.stage,
    events.occurred_at,
    events.closed_at,
    events.deleted,
    events.attributes
from {{ ref('int_transactions') }} as events
left join {{ ref('clusters') }} as clusters
    on events.source = clusters.source and events.party_record_id = clusters.source_record_id
order by events.occurred_at
