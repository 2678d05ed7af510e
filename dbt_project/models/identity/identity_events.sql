-- Grain: one thing that happened to a customer id: created, merged, split, retired, held.
-- depends_on: {{ ref('resolution') }}
select
    seq,
    kind,
    customer_id,
    other_id,
    records,
    occurred_at,
    reason
from identity_work.v_identity_events
