-- Grain: one customer towards another, by what they do: replies, mentions, helps.
with said as (
    select
        turns.source,
        turns.interaction_id,
        turns.author_record_id,
        turns.parent_author_id,
        turns.said_at
    from {{ ref('int_turns') }} as turns
    where not turns.deleted
),

acts as (
    select source, author_record_id, parent_author_id as other_id, 'replies' as kind, said_at
    from said
    where parent_author_id is not null
    union all
    select said.source, said.author_record_id, mentioned.record_id, 'mentions', said.said_at
    from said
    inner join (
        select source, interaction_id, {{ explode('recipient_record_ids') }} as record_id
        from {{ ref('int_interactions') }}
        where recipient_record_ids is not null
    ) as mentioned
        on said.source = mentioned.source and said.interaction_id = mentioned.interaction_id
    where mentioned.record_id is distinct from said.parent_author_id
),

ties as (
    select source, author_record_id, other_id, kind, count(*) as times, min(said_at) as first_at, max(said_at) as last_at
    from acts
    where author_record_id <> other_id
    group by source, author_record_id, other_id, kind
),

joined as (
    select
        one.customer_id as from_customer_id,
        other.customer_id as to_customer_id,
        ties.kind,
        ties.times,
        ties.first_at,
        ties.last_at
    from ties
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
