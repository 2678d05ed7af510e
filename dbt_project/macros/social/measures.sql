{#
  All that the measures of customers who are not us are made of besides their orders, of those that this table does not
  hold as they are, into `measure_inputs`; what is no longer so leaves. Pre-hook. `told_by` changes when any of that
  does, or an order (which is part of `customer_state`). Days are whole and the means of everyone have three digits, so
  that measures change for whose inputs change, and for all on another day or when the means have moved. Numbers of
  everyone are compared, ids and the rest are read of those who changed.
#}
{% macro find_measures_to_tell() %}
    {% set orders, told, people = ref('int_orders'), ref('int_engagement'), ref('int_people') %}
    {% set customers, conversations, today = ref('customers'), ref('conversations'), as_of_day() %}
    create or replace temporary table means_of_everyone as
    select
        {{ three_digits('coalesce(sum(days) / cast(greatest(sum(orders) - sum(firsts), 1) as double), 1)') }} as mean_interval,
        map_from_entries(list((currency, mean_order) order by currency)) as mean_orders
    from (
        select
            currency,
            sum(days) as days,
            count(*) as orders,
            count(days) as firsts,
            {{ three_digits('coalesce(avg(amount), 0)') }} as mean_order
        from (
            select
                coalesce(currency, '') as currency,
                amount,
                case when orders_so_far = 1 then greatest({{ today }} - {{ day_of('occurred_at') }}, 1) end as days
            from {{ orders }}
            where bought and {{ day_of('occurred_at') }} <= {{ today }}
        )
        group by currency
    );

    create or replace temporary table measures_now as
    with engaged as (
        select by_state, sum(said) as said
        from {{ told }}
        where by_state is not null
        group by by_state
    ),

    waiting as (
        select hash(customer_id) as customer, count(*) as conversations
        from {{ conversations }}
        where whose_turn = 'brand' and customer_id is not null
        group by hash(customer_id)
    )

    select
        profiles.customer,
        people.customer_state,
        hash(
            profiles.customer, profiles.profile, people.customer_state, engaged.said, waiting.conversations,
            means.mean_interval, means.mean_orders, {{ today }}
        ) as told_by
    from (select hash(customer_id) as customer, hash(kind, country, language, source_count) as profile from {{ customers }}) as profiles
    cross join means_of_everyone as means
    left join (select hash(customer_id) as customer, customer_state, is_brand from {{ people }}) as people
        on profiles.customer = people.customer
    left join engaged on people.customer_state = engaged.by_state
    left join waiting on profiles.customer = waiting.customer
    where not coalesce(people.is_brand, false);

    {{ find_untold('measures_now', 'told_by', 'measures_told') }};

    create or replace temporary table measure_inputs as
    with engaged as (
        select
            by_state,
            round(sum(engagement), 6) as engagement,
            cast(sum(messages_90d) as bigint) as messages_90d,
            cast(sum(negative_90d) as bigint) as negative_90d,
            cast(sum(churn_threats_90d) as bigint) as churn_threats_90d
        from {{ told }}
        where by_state in (select customer_state from measures_told)
        group by by_state
    ),

    waiting as (
        select hash(customer_id) as customer, count(*) as open_conversations
        from {{ conversations }}
        where whose_turn = 'brand' and hash(customer_id) in (select customer from measures_told)
        group by hash(customer_id)
    )

    select
        customers.customer_id,
        customers.kind,
        customers.country,
        customers.language,
        customers.source_count,
        people.followers,
        people.is_bot,
        people.known,
        people.owner,
        people.since,
        told.customer_state,
        coalesce(engaged.engagement, 0) as engagement,
        coalesce(engaged.messages_90d, 0) as messages_90d,
        coalesce(engaged.negative_90d, 0) as negative_90d,
        coalesce(engaged.churn_threats_90d, 0) as churn_threats_90d,
        coalesce(waiting.open_conversations, 0) as open_conversations,
        means.mean_interval,
        means.mean_orders,
        told.told_by
    from {{ customers }} as customers
    inner join measures_told as told on hash(customers.customer_id) = told.customer
    cross join means_of_everyone as means
    left join (
        select * from {{ people }} where customer_state in (select customer_state from measures_told)
    ) as people on told.customer_state = people.customer_state
    left join engaged on told.customer_state = engaged.by_state
    left join waiting on told.customer = waiting.customer
{% endmacro %}
