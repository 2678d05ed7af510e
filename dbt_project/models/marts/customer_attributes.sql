-- Grain: one surviving value per customer and attribute, with the record it came from and the rule that chose it.
with ruled as (
    select
        candidates.*,
        rules.unit,
        rules.rule,
        count(*) over (
            partition by candidates.customer_id, candidates.attribute, candidates.value
        ) as times_said,
        count(*) over (
            partition by candidates.customer_id, rules.unit, candidates.source, candidates.source_record_id
        ) as values_given,
        {{ source_priority('candidates.source', 'candidates.platform') }} as source_rank
    from {{ ref('int_contact_attributes') }} as candidates
    inner join {{ ref('survivorship') }} as rules on candidates.attribute = rules.attribute
),

-- One record wins a unit as a whole; times_said counts only where the rule asks for it.
ranked as (
    select
        *,
        first_value(source) over by_rule as winning_source,
        first_value(source_record_id) over by_rule as winning_record_id,
        row_number() over (
            partition by customer_id, attribute, source, source_record_id order by times_said desc, value
        ) as value_rank
    from ruled
    window by_rule as (
        partition by customer_id, unit
        order by
            case when rule = 'source_priority' then source_rank else 0 end,
            case when rule = 'most_frequent' then times_said else 0 end desc,
            case when rule in ('most_complete', 'source_priority') then values_given else 0 end desc,
            observed_at desc nulls last,
            values_given desc,
            source_rank,
            source,
            source_record_id
    )
)

select
    customer_id,
    attribute,
    value,
    source,
    source_record_id,
    observed_at,
    rule
from ranked
where source = winning_source and source_record_id = winning_record_id and value_rank = 1
order by customer_id, attribute
