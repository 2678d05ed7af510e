{# Who acts towards whom, and what is told of it. #}

{# What accounts that are to be counted anew do towards others, into `ties_again`: pre-hook. #}
{% macro find_ties_again() %}
    {% set turns, said, clusters, states = ref('int_turns'), ref('int_interactions'), ref('clusters'), ref('int_customer_states') %}
    create or replace temporary table accounts_again as
    {% if is_incremental() %}
    select turns.source, turns.author_record_id
    from {{ turns }} as turns
    inner join {{ packages_seen(turns) }} as seen on turns.source = seen.source and turns.loaded_package > seen.package
    where turns.speaks_for is null and turns.author_record_id is not null
    union
    {{ authors_before() }}
    union
    {{ told_of_other_customers('author_record_id', [('author_record_id', 'from_state'), ('other_id', 'to_state')]) }}
    {% else %}
    select distinct source, author_record_id from {{ turns }} where speaks_for is null and author_record_id is not null
    {% endif %};

    create or replace temporary table ties_again as
    with turns as (
        select * from {{ rows_by(turns, 'accounts_again', ['source', 'author_record_id']) if is_incremental() else turns }}
        where speaks_for is null and author_record_id is not null
    ),

    spoke as (
        select source, author_record_id, max(brands) as brands, max(loaded_package) as loaded_package
        from turns
        group by source, author_record_id
    ),

    acts as (
        select source, author_record_id, parent_author_id as other_id, 'replies' as kind, said_at
        from turns
        where parent_author_id is not null and not deleted
        union all
        select source, author_record_id, mentioned_id, 'mentions', said_at
        from (
            select turns.*, {{ explode('said.recipient_record_ids') }} as mentioned_id
            from turns
            inner join {{ said }} as said on turns.source = said.source and turns.interaction_id = said.interaction_id
            where not turns.deleted
        )
        where mentioned_id is distinct from parent_author_id
    ),

    tied as (
        select
            source,
            author_record_id,
            other_id,
            kind,
            count(*) as times,
            min(said_at) as first_at,
            max(said_at) as last_at
        from acts
        where author_record_id <> other_id
        group by source, author_record_id, other_id, kind
    )

    select
        spoke.source,
        spoke.author_record_id,
        tied.other_id,
        tied.kind,
        tied.times,
        tied.first_at,
        tied.last_at,
        spoke.brands,
        spoke.loaded_package
    from spoke
    left join tied on spoke.source = tied.source and spoke.author_record_id = tied.author_record_id;

    {{ forget_what_has('accounts_again', 'author_record_id') }}
{% endmacro %}

{#
  Customers whose ties this table does not hold as they are, into `customers_with_other_ties`; what it holds of ties that
  are no longer so leaves. Pre-hook. A sum of numbers, because two ties that look the same would cancel each other out.
#}
{% macro find_customers_with_other_ties() %}
    {% set ties, helped = ref('int_ties'), ref('int_helped') %}
    create or replace temporary table ties_now as
    select by_state, hash(by_state, sum(tie)) as ties_state
    from (
        select from_state as by_state, tie from {{ ties }} where tie is not null
        union all
        select by_state, deed from {{ helped }} where why = 'counts'
    )
    group by by_state;

    {{ find_untold('ties_now', 'ties_state', 'customers_with_other_ties') }}
{% endmacro %}
