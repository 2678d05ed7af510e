-- Grain: one declared practice: what was tried, on whom, what came of it and what it earned. Lift and interval are
-- per customer; the interval holds at every look (a confidence sequence), so that looking daily is no sin.
with declared as (
    {% for practice, about in (var('social', {}).get('practices') or {}).items() %}
    select
        {{ sql_text(practice) }} as practice,
        {{ sql_text(about.hypothesis) }} as hypothesis,
        {{ sql_text(about.segment or about.rule) }} as subject,
        {{ sql_text(about.action) }} as action,
        cast({{ sql_text(about.start) }} as date) as started_on,
        {{ about.holdout }} as holdout_share,
        {{ about.cost_per_customer }} as cost_per_customer,
        {{ about.value_per_unit }} as value_per_unit
    union all
    {% endfor %}
    select
        null::varchar as practice,
        null::varchar as hypothesis,
        null::varchar as subject,
        null::varchar as action,
        null::date as started_on,
        null::double as holdout_share,
        null::double as cost_per_customer,
        null::double as value_per_unit
    where false
),

assigned as (
    select
        practice,
        count(*) as assigned,
        count(*) filter (contaminated) as contaminated
    from {{ ref('practice_assignments') }}
    group by practice
)

select
    declared.practice,
    declared.hypothesis,
    declared.subject,
    declared.action,
    declared.started_on,
    statistics.verdict,
    statistics.reason,
    coalesce(assigned.assigned, 0) as assigned,
    coalesce(assigned.contaminated, 0) as contaminated,
    statistics.treated,
    statistics.holdout,
    cast(declared.holdout_share as double) as holdout_share,
    statistics.ratio_p as sample_ratio_p,
    statistics.treated_mean,
    statistics.holdout_mean,
    statistics.lift,
    statistics.low as lift_low,
    statistics.high as lift_high,
    cast(declared.cost_per_customer * statistics.treated as double) as cost,
    cast(statistics.lift * statistics.treated * declared.value_per_unit as double) as earned
from declared
left join {{ ref('int_practice_statistics') }} as statistics on declared.practice = statistics.practice
left join assigned on declared.practice = assigned.practice
