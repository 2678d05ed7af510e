{{ config(
    schema='intermediate', alias='conversations', materialized='incremental', contract={'enforced': false},
    incremental_strategy='append',
    pre_hook=[
        "{{ forget_silent_sources() }}", "{{ forget_told_by_other_brands() }}", "{{ find_threads_with_news(threads_of_other_classifiers()) }}",
        "{{ forget_what_has('threads_with_news', 'thread_id') }}"
    ]
) }}
-- Grain: one thread in which a brand speaks or is spoken to, by what was said in it (who its people are as
-- customers is added later, because that changes without anybody saying anything). Threads that a new, edited or
-- moved turn touches are told again from their first turn; one that lost all its turns, or its brand, goes.
with involved as (
    select *
    from {{ rows_by(ref('int_turns'), 'threads_with_news', ['source', 'thread_id']) if is_incremental() else ref('int_turns') }}
),

spoken as (
    select
        involved.*,
        understood.intent,
        understood.topic,
        understood.sentiment,
        understood.sentiment_score,
        understood.language,
        understood.classifiers
    from involved
    left join {{ ref('interaction_understanding') }} as understood
        on involved.source = understood.source and involved.interaction_id = understood.interaction_id
),

-- The customer is whoever first spoke without speaking for the brand.
opened as (
    select
        source,
        thread_id,
        coalesce(min(speaks_for), min(addresses)) as brand,
        arg_min(author_record_id, (said_at, interaction_id)) filter (speaks_for is null) as customer_record_id,
        arg_min(interaction_id, (said_at, interaction_id)) filter (speaks_for is null) as opening_id,
        min(said_at) filter (speaks_for is null) as opened_at,
        min(said_at) as began_at,
        max(brands) as brands,
        max(loaded_package) as loaded_package
    from spoken
    group by source, thread_id
    having
        bool_or(speaks_for is not null or addresses is not null or direction = 'inbound')
        and bool_or(speaks_for is null)
),

roles as (
    select
        spoken.*,
        opened.opened_at,
        case
            when spoken.speaks_for is not null then 'brand'
            when spoken.author_record_id = opened.customer_record_id then 'customer'
            else 'other'
        end as role
    from spoken
    inner join opened on spoken.source = opened.source and spoken.thread_id = opened.thread_id
),

answered as (
    select
        *,
        coalesce(
            bool_or(role <> 'customer') over (
                partition by source, thread_id order by said_at, interaction_id
                rows between unbounded preceding and 1 preceding
            ), false
        ) as after_an_answer,
        case
            when
                role = 'customer' and not thanks and not deleted
                and lag(case when not deleted then role end ignore nulls) over in_order = 'brand'
                then {{ seconds_between('lag(case when not deleted then said_at end ignore nulls) over in_order', 'said_at') }}
        end as silent_before
    from roles
    window in_order as (partition by source, thread_id order by said_at, interaction_id)
),

facts as (
    select
        source,
        thread_id,
        arg_max(role, (said_at, interaction_id)) as last_turn_by,
        max(said_at) as last_turn_at,
        min(said_at) filter (role = 'brand' and said_at >= opened_at) as first_response_at,
        min(said_at) filter (role = 'other' and said_at >= opened_at) as first_peer_answer_at,
        min(said_at) filter (role = 'customer' and thanks and after_an_answer) as first_thanks_at,
        max(said_at) filter (role = 'customer' and thanks and after_an_answer) as last_thanks_at,
        max(said_at) filter (role = 'customer' and not thanks) as last_plea_at,
        max(silent_before) as longest_silence,
        min(said_at) filter (is_private) as private_at,
        bool_or(not is_private) as was_public,
        count(*) as turns,
        count(*) filter (role = 'customer') as customer_turns,
        count(*) filter (role = 'brand') as brand_turns,
        count(distinct author_record_id) as participants,
        bool_or(clock_ahead) as clock_ahead,
        arg_min(sentiment_score, (said_at, interaction_id)) filter (role = 'customer') as first_sentiment,
        arg_max(sentiment_score, (said_at, interaction_id)) filter (role = 'customer') as last_sentiment,
        bool_or(intent = 'crisis') filter (role = 'customer') as any_crisis,
        bool_or(intent = 'churn_threat') filter (role = 'customer') as any_churn_threat,
        max(product) as product,
        coalesce(max(classifiers), '') as classifiers
    from answered
    where not deleted
    group by source, thread_id
),

told as (
    select
        opened.source,
        opened.thread_id,
        opening.channel,
        opened.brand,
        opened.opening_id,
        opened.customer_record_id,
        opened.opened_at,
        opened.began_at < opened.opened_at as brand_began,
        opening.intent,
        opening.topic,
        opening.language,
        opening.deleted as opening_deleted,
        facts.* exclude (source, thread_id),
        opened.brands,
        opened.loaded_package
    from opened
    inner join facts on opened.source = facts.source and opened.thread_id = facts.thread_id
    inner join spoken as opening on opened.source = opening.source and opened.opening_id = opening.interaction_id
)

select told.*, hash(told) as thread_state from told
