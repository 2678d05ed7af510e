{{ config(schema='intermediate', alias='advocacy_points', materialized='view') }}
{% set rules = {'half_life_days': 90, 'helps': 10, 'praises': 3, 'reaches': 2, 'helps_per_asker': 3, 'praises_per_week': 1} %}
{% do rules.update(var('social', {}).get('advocacy') or {}) %}
-- Grain: one interaction that earns its author points, and for what. Weights, decay and caps are declared
-- (`social: {advocacy: …}` in hub.yaml). Followers earn nothing: they can be bought.
with helped as (
    select
        helper_id as customer_id,
        source,
        answer_id as interaction_id,
        'helps' as part,
        thanked_at as happened_at,
        row_number() over (partition by helper_id, asker_id order by thanked_at desc, answer_id) as nth,
        {{ rules.helps_per_asker }} as allowed,
        {{ rules.helps }} as weight
    from {{ ref('int_helped') }}
    where why = 'counts'
),

praised as (
    select
        clusters.customer_id,
        told.source,
        told.opening_id as interaction_id,
        'praises' as part,
        told.opened_at as happened_at,
        row_number()
            over (partition by clusters.customer_id, {{ week_of('told.opened_at') }} order by told.opened_at, told.opening_id)
            as nth,
        {{ rules.praises_per_week }} as allowed,
        {{ rules.praises }} as weight
    from {{ ref('int_conversations') }} as told
    inner join {{ ref('clusters') }} as clusters
        on told.source = clusters.source and told.customer_record_id = clusters.source_record_id
    where told.intent = 'praise' and not told.opening_deleted
),

-- Reach: a first answer to each person who asked something of a brand, thanked or not.
answered as (
    select
        clusters.customer_id,
        answers.source,
        answers.interaction_id,
        'reaches' as part,
        answers.said_at as happened_at,
        row_number()
            over (
                partition by clusters.customer_id, answers.source, answers.customer_record_id
                order by answers.said_at, answers.interaction_id
            )
            as nth,
        1 as allowed,
        {{ rules.reaches }} as weight
    from {{ ref('int_answers') }} as answers
    inner join {{ ref('int_conversations') }} as told on answers.source = told.source and answers.thread_id = told.thread_id
    inner join {{ ref('clusters') }} as clusters
        on answers.source = clusters.source and answers.author_record_id = clusters.source_record_id
    inner join {{ ref('clusters') }} as asker
        on answers.source = asker.source and answers.customer_record_id = asker.source_record_id
    inner join {{ ref('int_people') }} as asking on asker.customer_id = asking.customer_id and asking.known
    where answers.thanks_id is null and told.intent in ('question', 'complaint')
),

earned as (
    select * from helped
    union all
    select * from praised
    union all
    select * from answered
)

select
    earned.customer_id,
    earned.source,
    earned.interaction_id,
    earned.part,
    earned.happened_at,
    -- exact numbers: the sum of floats would depend on their order
    cast(
        earned.weight
        * pow(0.5, greatest({{ days_between('earned.happened_at', as_of()) }}, 0) / {{ rules.half_life_days }}.0) as decimal(18, 6)
    )
        as points
from earned
left join {{ ref('int_people') }} as people on earned.customer_id = people.customer_id
where
    earned.nth <= earned.allowed
    and not coalesce(people.is_bot or people.is_brand, false)
    -- who was helpful to people we know has standing too, even if no book of ours holds them
    and (coalesce(people.known, false) or earned.customer_id in (select customer_id from helped))
