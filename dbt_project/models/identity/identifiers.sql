-- Grain: one identifier of one record, in its normal form; `blocked` says why it never links.
-- depends_on: {{ ref('resolution') }}
select
    source,
    source_record_id,
    kind,
    value,
    origin,
    blocked
from identity_work.v_identifiers
