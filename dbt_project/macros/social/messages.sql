{# Messages to a brand: which ones `routing_candidates` tells again, and what stood around each when it was said. #}

{#
  Keys of the messages to tell: those of threads that were told anew, all that their authors said (it is the
  history of what they say now), and those of customers of whom something else is known than when they were told.
#}
{% macro messages_to_tell() -%}
    {% if is_incremental() %}
    with untold as (
        select known.source, known.interaction_id, known.author_record_id
        from {{ this }} as known
        anti join {{ ref('int_conversations') }} as told on known.thread_state = told.thread_state
    ),

    told_anew as (
        select turns.source, turns.interaction_id, turns.author_record_id
        from {{ ref('int_turns') }} as turns
        semi join (
            select told.source, told.thread_id
            from {{ ref('int_conversations') }} as told
            anti join {{ this }} as known on told.thread_state = known.thread_state
        ) as anew on turns.source = anew.source and turns.thread_id = anew.thread_id
        where turns.text_key is not null and turns.speaks_for is null
    )

    select source, interaction_id from told_anew
    union
    select known.source, known.interaction_id
    from {{ this }} as known
    semi join (
        select source, author_record_id from told_anew
        union all
        select source, author_record_id from untold
    ) as authors on known.source = authors.source and known.author_record_id = authors.author_record_id
    union
    select known.source, known.interaction_id
    from {{ this }} as known
    anti join {{ ref('int_customer_states') }} as states on known.customer_state = states.customer_state
    where known.customer_id is not null
    union
    select known.source, known.interaction_id
    from {{ this }} as known
    semi join {{ ref('clusters') }} as clusters
        on known.source = clusters.source and known.author_record_id = clusters.source_record_id
    where known.customer_id is null
    {% else %}
    select source, interaction_id from {{ ref('interaction_understanding') }}
    {% endif %}
{%- endmacro %}

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
        semi join {{ fresh }} as fresh
            on known.source = fresh.source and known.author_record_id = fresh.author_record_id
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
