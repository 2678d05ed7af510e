{{ config(
    schema='intermediate', alias='engagement', materialized='incremental', contract={'enforced': false},
    unique_key=['source', 'author_record_id'], incremental_strategy='delete+insert',
    pre_hook=["{{ forget_silent_sources() }}", "{{ forget_told_by_other_brands() }}", "{{ forget_other_days() }}"]
) }}
-- Grain: one account that does not speak for a brand, and how much it said until today: messages of a year (at most
-- 5 a day, halved every 30 days), and of 90 days how many there were, spoke negatively to a brand, threatened to
-- leave. Counted anew for those who speak in a thread with news; for all when the day or the classifiers changed.
with turns as (
    select source, thread_id, author_record_id, said_at, deleted, brands, loaded_package
    from {{ ref('int_turns') }}
    where speaks_for is null
),

spoke as (
    select
        turns.source,
        turns.author_record_id,
        turns.deleted,
        {{ days_between('turns.said_at', as_of()) }} as age,
        count(*) as messages,
        max(turns.brands) as brands,
        max(turns.loaded_package) as loaded_package
    from turns
    {% if is_incremental() %}
    semi join (
        select turns.source, turns.author_record_id
        from turns
        semi join ({{ threads_with_news() }}) as news on turns.source = news.source and turns.thread_id = news.thread_id
    ) as changed on turns.source = changed.source and turns.author_record_id = changed.author_record_id
    {% endif %}
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
    from {{ ref('routing_candidates') }} as candidates
    semi join counted on candidates.source = counted.source and candidates.author_record_id = counted.author_record_id
    where {{ days_between('said_at', as_of()) }} < 90
    group by source, author_record_id
)

select
    counted.*,
    coalesce(felt.negative_90d, 0) as negative_90d,
    coalesce(felt.churn_threats_90d, 0) as churn_threats_90d,
    {{ as_of_day() }} as counted_on,
    {{ classifiers_stamp() }} as classifiers
from counted
left join felt on counted.source = felt.source and counted.author_record_id = felt.author_record_id
