{{ config(
    materialized='incremental', unique_key=['source', 'interaction_id'], incremental_strategy='delete+insert',
    on_schema_change='append_new_columns', pre_hook=["{{ forget_silent_sources() }}", "{{ forget_unheard() }}"]
) }}
-- Grain: one thing a customer said in a conversation with a brand, and what the classifiers make of it.
with texts as (
    select * from {{ ref('int_text_understanding') }}
),

turns as (
    select *
    from {{ ref('int_turns') }}
    where text_key is not null and speaks_for is null and not deleted
),

{% if is_incremental() %}
known as (
    select source, interaction_id, text_key, classifiers
    from {{ this }}
),
{% endif %}

understood as (
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
        texts.classifiers
    from turns
    inner join texts on turns.text_key = texts.text_key
    {% if is_incremental() %}
    left join known on turns.source = known.source and turns.interaction_id = known.interaction_id
    where known.text_key is distinct from turns.text_key or known.classifiers is distinct from texts.classifiers
    {% endif %}
)

select
    source,
    interaction_id,
    text_key,
    language,
    language_confidence,
    sentiment,
    sentiment_score,
    sentiment_confidence,
    intent,
    intent_confidence,
    topic,
    topic_confidence,
    product,
    classifiers
from understood
