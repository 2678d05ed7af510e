{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
    pre_hook="{{ find_advocates_to_score() }}", post_hook="{{ place_advocates() }}"
) }}
{% set rules = advocacy_rules() %}
-- Grain: one customer who earned points by helping, praising or answering. The score is their sum; the interactions
-- that made most of it stand beside it. Commitment (what they buy) is kept apart: loyalty is not helpfulness.
-- Weights, decay and caps are declared (`social: {advocacy: …}` in hub.yaml). Followers earn nothing: they can be
-- bought. Scored again are those whose deeds or commitment changed, and all on another day; `told_by` tells.
-- depends_on: {{ ref('customer_measures') }}, {{ ref('communities') }}
with deeds as (
    select
        *,
        -- of each asker the latest thanks, of each week the first praise, to each account the first answer
        case part
            when 'helps' then hash(asker_id)
            when 'praises' then hash({{ week_of('happened_at') }})
            else hash(source, customer_record_id)
        end as per,
        case part when 'helps' then -epoch_us(happened_at) else epoch_us(happened_at) end as nth
    from {{ rows_by(ref('int_deeds'), 'advocates_told', ['customer_id']) }}
    where deed is not null and not barred and (back is null or not {{ is_returned('back') }})
),

counted as (
    select * exclude (nth), row_number() over (partition by customer_id, part, per order by nth, interaction_id) as nth
    from deeds
),

earned as (
    select
        customer_id,
        source,
        interaction_id,
        part,
        happened_at,
        -- exact numbers: the sum of floats would depend on their order
        cast(
            case part when 'helps' then {{ rules.helps }} when 'praises' then {{ rules.praises }} else {{ rules.reaches }} end
            * pow(0.5, greatest({{ days_between('happened_at', as_of()) }}, 0) / {{ rules.half_life_days }}.0) as decimal(18, 6)
        ) as points
    from counted
    where nth <= case part when 'helps' then {{ rules.helps_per_asker }} when 'praises' then {{ rules.praises_per_week }} else 1 end
),

scored as (
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
    from earned
    group by customer_id
)

select
    scored.customer_id,
    0::bigint as place,
    scored.score,
    scored.helpfulness,
    scored.advocacy,
    scored.reach,
    scored.answers_accepted,
    scored.people_answered,
    scored.last_at,
    scored.made_of,
    told.frequency as commitment_orders,
    told.monetary as commitment_value,
    told.tenure_days as commitment_days,
    told.community_id,
    told.told_by
from scored
inner join advocates_told as told on scored.customer_id = told.customer_id
