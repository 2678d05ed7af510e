-- Grain: one value that a contact gave and that must not come back, by its mark: the MD5 of what was written, folded.
-- depends_on: {{ ref('resolution') }}
select
    kind,
    mark
from identity_work.v_suppressed_values
