{{ config(
    schema='intermediate', alias='ties', materialized='incremental', on_schema_change='append_new_columns',
    unique_key=['source', 'author_record_id'], incremental_strategy='delete+insert',
    pre_hook=["{{ forget_silent_sources() }}", "{{ forget_told_by_other_brands() }}"]
) }}
-- Grain: what one account does towards another, by kind, and which customers they are; what a brand says stands in
-- conversations. An account that spoke anew, or that is (or acts towards) a customer who changed, is counted anew in
-- whole; one without any tie left keeps a row without another, so that the old ones go. `tie` is one number of a tie
-- between two customers.
with changed as (
    select turns.source, turns.author_record_id
    from {{ ref('int_turns') }} as turns
    {% if is_incremental() %}
    left join (select source, max(loaded_package) as package from {{ this }} group by source) as seen
        on turns.source = seen.source
    {% endif %}
    where turns.speaks_for is null {% if is_incremental() %}and turns.loaded_package > coalesce(seen.package, 0){% endif %}
    group by turns.source, turns.author_record_id
    {% if is_incremental() %}
    union
    select source, author_record_id
    from {{ this }}
    where {{ other_customer('from_state') }} or {{ other_customer('to_state') }}
    {% for record in ['author_record_id', 'other_id'] %}
    union
    select nobodys.source, nobodys.author_record_id
    from {{ this }} as nobodys
    semi join {{ ref('clusters') }} as clusters
        on nobodys.source = clusters.source and nobodys.{{ record }} = clusters.source_record_id
    where nobodys.{{ {'author_record_id': 'from_state', 'other_id': 'to_state'}[record] }} is null
    {% endfor %}
    {% endif %}
),

turns as (
    select * from {{ rows_by(ref('int_turns'), 'changed', ['source', 'author_record_id']) }}
    where speaks_for is null
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
        select turns.*, {{ explode('interactions.recipient_record_ids') }} as mentioned_id
        from turns
        inner join {{ ref('int_interactions') }} as interactions
            on turns.source = interactions.source and turns.interaction_id = interactions.interaction_id
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
    spoke.loaded_package,
    one.customer_id as from_customer_id,
    ones.customer_state as from_state,
    other.customer_id as to_customer_id,
    others.customer_state as to_state,
    case
        when one.customer_id <> other.customer_id
            then hash(one.customer_id, other.customer_id, tied.kind, tied.times, tied.first_at, tied.last_at)
    end as tie
from spoke
left join tied on spoke.source = tied.source and spoke.author_record_id = tied.author_record_id
left join {{ ref('clusters') }} as one on spoke.source = one.source and spoke.author_record_id = one.source_record_id
left join {{ ref('clusters') }} as other on tied.source = other.source and tied.other_id = other.source_record_id
left join {{ ref('int_customer_states') }} as ones on one.customer_id = ones.customer_id
left join {{ ref('int_customer_states') }} as others on other.customer_id = others.customer_id
