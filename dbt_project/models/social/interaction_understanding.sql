{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns',
    pre_hook=[
        "{{ forget_silent_sources() }}", "{{ forget_told_by_other_brands() }}", "{{ find_threads_with_news(rescored_threads()) }}",
        "{{ find_turns_with_news() }}", "{{ forget_what_has('turns_with_news', 'interaction_id') }}"
    ]
) }}
-- Grain: one thing a customer said in a conversation with a brand, and what the classifiers make of it. Threads that
-- a new, edited, deleted or moved turn touches are understood again: one may have become a brand's by it, or nobody's.
with texts as (
    select * from {{ ref('int_text_understanding') }}
),

turns as (
    select * from {{ 'turns_with_news' if is_incremental() else ref('int_turns') }}
),

ours as (
    select distinct source, thread_id
    from turns
    where speaks_for is not null or addresses is not null or direction = 'inbound'
)

select
    turns.source,
    turns.interaction_id,
    turns.text_key,
    case when texts.language = 'unknown' then coalesce(turns.stated_language, 'unknown') else texts.language end as language,
    texts.language_confidence,
    texts.sentiment,
    texts.sentiment_score,
    texts.sentiment_confidence,
    texts.intent,
    texts.intent_confidence,
    texts.topic,
    texts.topic_confidence,
    turns.product,
    texts.classifiers,
    turns.brands,
    turns.loaded_package
from turns
inner join texts on turns.text_key = texts.text_key
semi join ours on turns.source = ours.source and turns.thread_id = ours.thread_id
where turns.speaks_for is null and not turns.deleted
