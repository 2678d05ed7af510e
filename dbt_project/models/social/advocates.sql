-- Grain: one customer who earned points by helping, praising or answering. The score is their sum; the interactions
-- that made most of it stand beside it. Commitment (what they buy) is kept apart: loyalty is not helpfulness.
with scored as (
    select
        customer_id,
        cast(sum(points) as double) as score,
        cast(coalesce(sum(points) filter (part = 'helps'), 0) as double) as helpfulness,
        cast(coalesce(sum(points) filter (part = 'praises'), 0) as double) as advocacy,
        cast(coalesce(sum(points) filter (part = 'reaches'), 0) as double) as reach,
        count(*) filter (part = 'helps') as answers_accepted,
        count(*) filter (part = 'reaches') as people_answered,
        max(happened_at) as last_at,
        -- the ten largest: to sort each customer's whole list costs ten times as much
        arg_min(
            struct_pack(source := source, interaction_id := interaction_id, part := part, points := cast(round(points, 3) as double)),
            row(-points, interaction_id, source, part), 10
        ) as made_of
    from {{ ref('int_advocacy_points') }}
    group by customer_id
)

select
    scored.customer_id,
    row_number() over (order by scored.score desc, scored.customer_id) as place,
    scored.score,
    scored.helpfulness,
    scored.advocacy,
    scored.reach,
    scored.answers_accepted,
    scored.people_answered,
    scored.last_at,
    scored.made_of,
    measures.frequency as commitment_orders,
    measures.monetary as commitment_value,
    measures.tenure_days as commitment_days,
    communities.community_id
from scored
left join {{ ref('customer_measures') }} as measures on scored.customer_id = measures.customer_id
left join {{ ref('communities') }} as communities on scored.customer_id = communities.customer_id
