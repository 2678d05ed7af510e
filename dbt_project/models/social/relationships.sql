-- Grain: one customer towards another, by what they do: replies, mentions, helps.
with joined as (
    select
        one.customer_id as from_customer_id,
        other.customer_id as to_customer_id,
        ties.kind,
        ties.times,
        ties.first_at,
        ties.last_at
    from {{ ref('int_ties') }} as ties
    inner join {{ ref('clusters') }} as one on ties.source = one.source and ties.author_record_id = one.source_record_id
    inner join {{ ref('clusters') }} as other on ties.source = other.source and ties.other_id = other.source_record_id
    union all
    select helper_id, asker_id, 'helps', 1, thanked_at, thanked_at
    from {{ ref('int_helped') }}
    where why = 'counts'
)

select
    from_customer_id,
    to_customer_id,
    kind,
    cast(sum(times) as bigint) as times,
    min(first_at) as first_at,
    max(last_at) as last_at
from joined
where from_customer_id <> to_customer_id
group by from_customer_id, to_customer_id, kind
