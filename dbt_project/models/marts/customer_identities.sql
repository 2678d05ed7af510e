-- Grain: one source record; which customer it belongs to and what tied it there.
select
    clusters.customer_id,
    clusters.source,
    clusters.source_record_id,
    contacts.kind,
    contacts.platform,
    contacts.handle,
    clusters.linked_by,
    cast(clusters.confidence as double) as confidence,
    clusters.linked_at
from {{ ref('clusters') }} as clusters
inner join {{ ref('int_contacts') }} as contacts
    on clusters.source = contacts.source and clusters.source_record_id = contacts.source_record_id
where not contacts.deleted
order by clusters.customer_id, clusters.source, clusters.source_record_id
