-- Grain: one id that a merge retired, and the customer that now answers to it.
-- depends_on: {{ ref('resolution') }}
select
    alias_id,
    customer_id,
    since
from identity_work.v_customer_aliases
