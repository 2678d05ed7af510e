{{ config(schema='intermediate', alias='practice_values') }}
-- Grain: one customer in one practice whose time to act is over: the measure in the window after the exposure.
{% set clocks = {'transactions': 'occurred_at', 'interactions': 'occurred_at', 'conversations': 'opened_at'} %}
{% set tables = {'transactions': ref('transactions'), 'interactions': ref('interactions'), 'conversations': ref('conversations')} %}
{% for practice, about in (var('social', {}).get('practices') or {}).items() %}
(
    with matured as (
        select practice, customer_id, arm, exposed_at
        from {{ ref('practice_assignments') }}
        where
            practice = {{ sql_text(practice) }}
            and not contaminated
            and exposed_at + to_seconds({{ about.measure.window }}) <= {{ as_of() }}
    ),

    measured as (
        select matured.customer_id, cast({{ about.measure.value }} as double) as value
        from matured
        inner join {{ tables[about.measure.table] }} as facts
            on
                matured.customer_id = facts.customer_id
                and facts.{{ clocks[about.measure.table] }} >= matured.exposed_at
                and facts.{{ clocks[about.measure.table] }} < matured.exposed_at + to_seconds({{ about.measure.window }})
        where ({{ about.measure.where }}){{ ' and not facts.deleted' if about.measure.table != 'conversations' }}
        group by matured.customer_id
    )

    select
        matured.practice,
        matured.customer_id,
        matured.arm,
        coalesce(measured.value, 0) as value,
        cast({{ sql_text(about.start) }} as timestamptz) + to_seconds({{ about.stop_after }} + {{ about.measure.window }}) < {{ as_of() }} as over
    from matured
    left join measured on matured.customer_id = measured.customer_id
)
union all
{% endfor %}
select practice, customer_id, arm, 0.0::double as value, false as over
from {{ ref('practice_assignments') }}
where false
