{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
    pre_hook="{{ find_members_to_tell() }}"
) }}
-- Grain: one customer in one segment, now, and since when. Written where it changed: `told_by` tells.
-- depends_on: {{ ref('int_segment_members') }}, {{ ref('segment_events') }}
select
    segment,
    customer_id,
    entered_at,
    since_before,
    told_by
from members_told
