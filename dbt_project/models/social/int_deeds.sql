{{ config(
    schema='intermediate', alias='deeds', materialized='incremental', contract={'enforced': false},
    incremental_strategy='append', pre_hook=[
        "{{ forget_silent_sources() }}", "{{ forget_told_by_other_brands() }}", "{{ forget_other_classifiers() }}",
        "{{ find_threads_with_other_deeds() }}"
    ]
) }}
-- Grain: one thing somebody who is not the brand did for it or for its customers: an answer that the one who asked
-- said thanks for (helps), a first answer to each who asked something (reaches), a conversation opened with praise
-- (praises); and whether it counts. What cannot be bought counts: thanks of people we know, for questions put to a
-- brand. Bots and answers faster than anyone can read do not; thanks in return for thanks (`back` is the `pair` of
-- another row) do not either, which whoever reads this says. Threads that a new turn touches, and those of customers
-- who changed (`by_state`, `to_state`), are told again. `deed` is one number of all that a score needs to know.
-- depends_on: {{ ref('int_turns') }}, {{ ref('int_customer_states') }}, {{ ref('interaction_understanding') }}
with told as (
    select
        source,
        thread_id,
        opening_id,
        customer_record_id,
        opened_at,
        intent,
        opening_deleted,
        brands,
        loaded_package
    from {{ rows_by(ref('int_conversations'), 'threads_with_other_deeds', ['source', 'thread_id'])
        if is_incremental() else ref('int_conversations') }}
),

answered as (
    select
        answers.source,
        answers.thread_id,
        answers.interaction_id,
        case when answers.thanks_id is null then 'reaches' else 'helps' end as part,
        coalesce(answers.thanked_at, answers.said_at) as happened_at,
        answers.author_record_id,
        answers.customer_record_id,
        told.intent,
        {{ seconds_between('told.opened_at', 'answers.said_at') }} as seconds_to_answer,
        told.brands,
        told.loaded_package
    from {{ rows_by(ref('int_answers'), 'told', ['source', 'thread_id']) if is_incremental() else ref('int_answers') }} as answers
    inner join told on answers.source = told.source and answers.thread_id = told.thread_id
    where answers.thanks_id is not null or told.intent in ('question', 'complaint')
),

done as (
    select * from answered
    union all
    select
        source,
        thread_id,
        opening_id,
        'praises',
        opened_at,
        customer_record_id,
        null,
        intent,
        null,
        brands,
        loaded_package
    from told
    where intent = 'praise' and not opening_deleted
),

people as (
    {{ whose('done', ['author_record_id', 'customer_record_id']) }}
),

judged as (
    select
        done.* exclude (intent, seconds_to_answer),
        one.customer_id,
        one.customer_state as by_state,
        asker.customer_id as asker_id,
        asker.customer_state as to_state,
        coalesce(one.is_bot or one.is_brand, false) as barred,
        coalesce(one.known, false) as known,
        case
            when one.customer_id is null or (done.part <> 'praises' and asker.customer_id is null) then 'nobody we know'
            when done.part = 'praises' then 'counts'
            when not coalesce(asker.known, false) and done.part = 'reaches' then 'asked by a stranger'
            when done.part = 'reaches' then 'counts'
            when one.customer_id = asker.customer_id then 'thanked by themselves'
            when coalesce(one.is_bot, false) or coalesce(asker.is_bot, false) then 'a bot'
            when not coalesce(asker.known, false) then 'thanked by a stranger'
            when done.intent not in ('question', 'complaint', 'churn_threat', 'crisis') then 'nothing was asked'
            when done.seconds_to_answer < 45 then 'faster than reading'
            else 'counts'
        end as why
    from done
    left join people as one on done.source = one.source and done.author_record_id = one.source_record_id
    left join people as asker on done.source = asker.source and done.customer_record_id = asker.source_record_id
)

select
    *,
    case when part = 'helps' and customer_id <> asker_id then hash(customer_id, asker_id) end as pair,
    case when part = 'helps' and customer_id <> asker_id then hash(asker_id, customer_id) end as back,
    case
        when why = 'counts' then hash(source, interaction_id, part, happened_at, customer_id, asker_id, customer_record_id, barred, known)
    end as deed,
    {{ classifiers_stamp() }} as classifiers
from judged
