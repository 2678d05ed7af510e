-- Grain: one source record and its customer, with the strongest link that ties it there.
-- depends_on: {{ ref('resolution') }}
select
    source,
    source_record_id,
    customer_id,
    linked_by,
    confidence,
    linked_at
from identity_work.v_clusters
