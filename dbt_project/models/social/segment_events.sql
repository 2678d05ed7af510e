{% set kept = {'segment': 'varchar', 'customer_id': 'varchar', 'event': 'varchar', 'happened_at': 'timestamptz', 'first_look': 'boolean'} %}
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
    post_hook="{{ remember('segment_events', ['segment', 'customer_id', 'event', 'happened_at', 'first_look']) }}"
) }}
-- Grain: one customer entering or leaving one segment. Remembered beside the packages. `first_look` marks who was
-- inside when the segment was first evaluated: since when is not known.
with history as (
    {% if is_incremental() %}
    select {{ kept | join(', ') }} from {{ this }}
    {% else %}
        {{ remembered('segment_events', kept) }}
    {% endif %}
),

-- A merged customer goes on where the one it was left off.
states as (
    select
        history.segment,
        coalesce(aliases.customer_id, history.customer_id) as customer_id,
        -- of one moment, leaving is the later: who was never inside cannot leave
        max_by(history.event, (history.happened_at, history.event = 'left')) as event
    from history
    left join {{ ref('customer_aliases') }} as aliases on history.customer_id = aliases.alias_id
    group by all
),

known as (
    select distinct segment from history
),

changed as (
    select
        members.segment,
        members.customer_id,
        'entered' as event,
        known.segment is null as first_look
    from {{ ref('int_segment_members') }} as members
    left join known on members.segment = known.segment
    anti join (select * from states where event = 'entered') as inside
        on members.segment = inside.segment and members.customer_id = inside.customer_id
    union all
    select
        states.segment,
        states.customer_id,
        'left',
        false
    from states
    anti join {{ ref('int_segment_members') }} as members
        on states.segment = members.segment and states.customer_id = members.customer_id
    where states.event = 'entered'
)

select
    segment,
    customer_id,
    event,
    {{ as_of() }} as happened_at,
    first_look,
    '{{ invocation_id }}' as invocation
from changed
{% if not is_incremental() %}
    union all
    select *, 'remembered' from history
{% endif %}
