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

followed as (
    {{ followed('history') }}
),

-- Everybody's as numbers, of which a fraction is compared in the time of ids; who they are is asked of whom changed.
inside as materialized (
    select hash(segment, customer_id) as membership
    from followed
    group by hash(segment, customer_id)
    -- of one moment, leaving is the later: who was never inside cannot leave
    having max(epoch_us(happened_at) * 2 + cast(event = 'left' as bigint)) % 2 = 0
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
    where members.membership not in (select membership from inside)
    union all
    select distinct
        segment,
        customer_id,
        'left' as event,
        false as first_look
    from followed
    where
        hash(segment, customer_id) in (
            select membership from inside
            where membership not in (select membership from {{ ref('int_segment_members') }} where segment is not null)
        )
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
