-- Grain: one pair that a person may decide: suggested or held, with the reason.
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
from identity_work.v_identity_review
