-- Grain: one pair of records with evidence for or against being one, and what became of it.
-- depends_on: {{ ref('resolution') }}
select
    left_source,
    left_record_id,
    right_source,
    right_record_id,
    rule,
    weight,
    probability,
    identifiers,
    first_seen,
    last_seen,
    decided_by,
    status,
    reason
from identity_work.v_edges
