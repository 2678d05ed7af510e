{{ config(
    schema='intermediate', alias='engagement', materialized='incremental', contract={'enforced': false},
    incremental_strategy='append',
    pre_hook=[
        "{{ forget_silent_sources() }}", "{{ forget_told_by_other_brands() }}", "{{ forget_other_days() }}",
        "{{ find_accounts_with_news() }}", "{{ forget_what_has('accounts_with_news', 'author_record_id') }}"
    ]
) }}
-- Grain: one account that does not speak for a brand, and how much it said until today: messages of a year (at most
-- 5 a day, halved every 30 days), and of 90 days how many there were, spoke negatively to a brand, threatened to
-- leave; and which customer it is (`by_state`); `said` is one number of it all. Counted anew for those who speak in a
-- thread with news, lost what they said to another, or belong to a customer who changed; for all when the day or the
-- classifiers changed.
-- depends_on: {{ ref('int_customer_states') }}
with spoke as (
    select
        source,
        author_record_id,
        deleted,
        {{ days_between('said_at', as_of()) }} as age,
        count(*) as messages,
        max(brands) as brands,
        max(loaded_package) as loaded_package
    from {{ rows_by(ref('int_turns'), 'accounts_with_news', ['source', 'author_record_id'])
        if is_incremental() else ref('int_turns') }}
    where speaks_for is null and author_record_id is not null
    group by all
),

counted as (
    select
        source,
        author_record_id,
        coalesce(sum(least(messages, 5) * pow(0.5, age / 30.0)) filter (not deleted and age < 365), 0) as engagement,
        coalesce(sum(messages) filter (not deleted and age < 90), 0) as messages_90d,
        max(brands) as brands,
        max(loaded_package) as loaded_package
    from spoke
    group by source, author_record_id
),

felt as (
    select
        source,
        author_record_id,
        count(*) filter (sentiment = 'negative') as negative_90d,
        count(*) filter (intent = 'churn_threat') as churn_threats_90d
    from {{ rows_by(ref('routing_candidates'), 'counted', ['source', 'author_record_id']) }}
    where {{ days_between('said_at', as_of()) }} < 90
    group by source, author_record_id
),

people as (
    {{ whose('counted', ['author_record_id']) }}
)

select
    counted.*,
    people.customer_state as by_state,
    coalesce(felt.negative_90d, 0) as negative_90d,
    coalesce(felt.churn_threats_90d, 0) as churn_threats_90d,
    hash(
        counted.source, counted.author_record_id, round(counted.engagement, 6), counted.messages_90d,
        felt.negative_90d, felt.churn_threats_90d
    ) as said,
    {{ as_of_day() }} as counted_on,
    {{ classifiers_stamp() }} as classifiers
from counted
left join felt on counted.source = felt.source and counted.author_record_id = felt.author_record_id
left join people on counted.source = people.source and counted.author_record_id = people.source_record_id
