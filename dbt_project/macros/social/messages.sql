{# Messages to a brand: which ones `routing_candidates` tells again, and what stood around each when it was said. #}

{#
  Keys of the messages to tell, where some are told already: those of threads that were told anew, all that their
  authors said (it is the history of what they say now), and those of customers of whom something else is known than
  when they were told. Pre-hook; a table for each step, because plans made of guesses how many there are cost thrice
  as much.
#}
{% macro find_messages_to_tell() %}
    {% set told, turns, states, clusters = ref('int_conversations'), ref('int_turns'), ref('int_customer_states'), ref('clusters') %}
    {% if is_incremental() %}
    create or replace temporary table threads_to_tell as
    select source, thread_id from {{ told }} where thread_state not in (select thread_state from {{ this }});

    create or replace temporary table turns_to_tell as
    select turns.source, turns.interaction_id, turns.author_record_id
    from {{ rows_by(turns, 'threads_to_tell', ['source', 'thread_id']) }} as turns
    where turns.text_key is not null and turns.speaks_for is null;

    create or replace temporary table authors_to_tell as
    select source, author_record_id from turns_to_tell
    union
    select source, author_record_id from {{ this }} where thread_state not in (select thread_state from {{ told }});

    create or replace temporary table messages_to_tell as
    select source, interaction_id from turns_to_tell
    union
    select known.source, known.interaction_id
    from {{ this }} as known
    semi join authors_to_tell as authors on known.source = authors.source and known.author_record_id = authors.author_record_id
    union
    select source, interaction_id
    from {{ this }}
    where customer_id is not null and customer_state not in (select customer_state from {{ states }})
    union
    select known.source, known.interaction_id
    from {{ this }} as known
    semi join {{ clusters }} as clusters
        on known.source = clusters.source and known.author_record_id = clusters.source_record_id
    where known.customer_id is null;

    create or replace temporary table turns_again as
    select * from {{ rows_by(turns, 'messages_to_tell', ['source', 'interaction_id']) }}
    {% endif %}
{% endmacro %}

{#
  How many messages each author of a fresh one had sent in the 90 days before it (in microseconds), and how many of
  them were negative; the older ones come from this table, where they stand as they are still told.
#}
{% macro history_of(fresh) -%}
    select
        source,
        interaction_id,
        count(*) over before_it as messages_before,
        count(*) filter (sentiment = 'negative') over before_it as negative_before
    from (
        select source, interaction_id, author_record_id, said_at, sentiment from {{ fresh }}
        {% if is_incremental() %}
        union all
        select known.source, known.interaction_id, known.author_record_id, known.said_at, known.sentiment
        from {{ this }} as known
        semi join turns_again on known.source = turns_again.source and known.author_record_id = turns_again.author_record_id
        semi join {{ ref('int_conversations') }} as told on known.thread_state = told.thread_state
        anti join {{ fresh }} as again
            on known.source = again.source and known.interaction_id = again.interaction_id
        {% endif %}
    )
    window before_it as (
        partition by source, author_record_id order by epoch_us(said_at)
        range between 7776000000000 preceding and 1 preceding
    )
{%- endmacro %}

{# What the customers of fresh messages had bought, and what was open for them, at that moment. #}
{% macro business_of(fresh) -%}
    with people as (
        select distinct customer_id from {{ fresh }} where customer_id is not null
    ),

    valued as (
        select
            fresh.source,
            fresh.interaction_id,
            orders.value_so_far as customer_value,
            orders.orders_so_far as order_count
        from {{ fresh }} as fresh
        asof inner join (
            select orders.* from {{ ref('int_orders') }} as orders semi join people on orders.customer_id = people.customer_id
        ) as orders on fresh.customer_id = orders.customer_id and fresh.said_at >= orders.occurred_at
    ),

    deals as (
        select
            fresh.source,
            fresh.interaction_id,
            count(*) as open_deals,
            cast(sum(deals.amount) as double) as open_deal_amount
        from {{ fresh }} as fresh
        inner join {{ ref('transactions') }} as deals
            on
                fresh.customer_id = deals.customer_id
                and deals.kind = 'opportunity'
                and not deals.deleted
                and deals.occurred_at <= fresh.said_at
                and {{ is_open_deal('deals.closed_at > fresh.said_at', 'deals.stage') }}
        group by fresh.source, fresh.interaction_id
    ),

    cases as (
        select
            fresh.source,
            fresh.interaction_id,
            count(*) as open_cases
        from {{ fresh }} as fresh
        inner join {{ ref('interactions') }} as cases
            on
                fresh.customer_id = cases.customer_id
                and cases.kind = 'case'
                and not cases.deleted
                and cases.occurred_at <= fresh.said_at
                and coalesce({{ json_text('cases.attributes', '$.status') }}, 'open') not in ('closed', 'solved', 'resolved')
        group by fresh.source, fresh.interaction_id
    )

    select
        source,
        interaction_id,
        max(customer_value) as customer_value,
        max(order_count) as order_count,
        max(open_deals) as open_deals,
        max(open_deal_amount) as open_deal_amount,
        max(open_cases) as open_cases
    from (
        select * from valued
        union all by name
        select * from deals
        union all by name
        select * from cases
    )
    group by source, interaction_id
{%- endmacro %}
