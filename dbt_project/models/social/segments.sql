{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
    pre_hook="{{ find_members_to_tell() }}"
) }}
-- Grain: one customer in one segment, now, and since when. Written where it changed: `told_by` tells.
-- depends_on: {{ ref('segment_events') }}
select
    members.segment,
    members.customer_id,
    told.entered_at,
    told.since_before,
    told.told_by
from {{ ref('int_segment_members') }} as members
inner join members_told as told on members.membership = told.membership
