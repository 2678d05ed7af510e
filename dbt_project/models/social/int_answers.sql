{{ config(
    schema='intermediate', alias='answers', materialized='incremental', contract={'enforced': false},
    incremental_strategy='append', pre_hook=[
        "{{ forget_silent_sources() }}", "{{ forget_told_by_other_brands() }}", "{{ find_threads_with_news() }}",
        "{{ forget_what_has('threads_with_news', 'thread_id') }}"
    ]
) }}
-- Grain: one answer in a conversation by somebody who is neither its customer nor the brand: either one that the
-- customer said thanks for (`thanks_id`), or the first one of its author to the customer, thanked or not. Who they
-- are as customers is added later. Threads that a new turn touches are told again.
with told as (
    select source, thread_id, customer_record_id, brands, loaded_package
    from {{ rows_by(ref('int_conversations'), 'threads_with_news', ['source', 'thread_id'])
        if is_incremental() else ref('int_conversations') }}
),

turns as (
    select
        turns.source,
        turns.interaction_id,
        turns.thread_id,
        turns.parent_id,
        turns.author_record_id,
        turns.parent_author_id,
        turns.seconds_after_parent,
        turns.said_at,
        turns.thanks,
        told.customer_record_id,
        told.brands,
        told.loaded_package
    from {{ rows_by(ref('int_turns'), 'told', ['source', 'thread_id']) }} as turns
    inner join told on turns.source = told.source and turns.thread_id = told.thread_id
    where turns.speaks_for is null and not turns.deleted
),

thanked as (
    select
        thanks.source,
        thanks.thread_id,
        thanks.customer_record_id,
        answers.interaction_id,
        answers.author_record_id,
        answers.said_at,
        thanks.interaction_id as thanks_id,
        thanks.said_at as thanked_at,
        thanks.brands,
        thanks.loaded_package
    from turns as thanks
    inner join turns as answers on thanks.source = answers.source and thanks.parent_id = answers.interaction_id
    where
        thanks.thanks
        and thanks.author_record_id = thanks.customer_record_id
        and answers.author_record_id <> thanks.customer_record_id
)

select
    source,
    thread_id,
    customer_record_id,
    author_record_id,
    interaction_id,
    said_at,
    thanks_id,
    thanked_at,
    brands,
    loaded_package
from thanked
union all
select
    source,
    thread_id,
    customer_record_id,
    author_record_id,
    arg_min(interaction_id, (said_at, interaction_id)) as interaction_id,
    min(said_at) as said_at,
    null as thanks_id,
    null as thanked_at,
    brands,
    loaded_package
from turns
where author_record_id <> customer_record_id and parent_author_id = customer_record_id and seconds_after_parent >= 45
group by all
