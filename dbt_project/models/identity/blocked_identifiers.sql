-- Grain: one identifier that links nobody: junk by list or pattern, or carried by too many.
-- depends_on: {{ ref('resolution') }}
select
    kind,
    value,
    records,
    names,
    reason
from identity_work.v_blocked_identifiers
