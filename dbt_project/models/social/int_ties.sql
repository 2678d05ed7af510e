{{ config(
    schema='intermediate', alias='ties', materialized='incremental', on_schema_change='append_new_columns',
    incremental_strategy='append',
    pre_hook=["{{ forget_silent_sources() }}", "{{ forget_told_by_other_brands() }}", "{{ find_ties_again() }}"]
) }}
-- Grain: what one account does towards another, by kind, and which customers they are; what a brand says stands in
-- conversations. An account that spoke anew, or that is (or acts towards) a customer who changed, is counted anew in
-- whole; one without any tie has a row without another, one that said nothing after all has none. `tie` is one number
-- of a tie between two customers.
-- depends_on: {{ ref('int_turns') }}, {{ ref('int_interactions') }}
with people as (
    {{ whose('ties_again', ['author_record_id', 'other_id']) }}
)

select
    again.*,
    one.customer_id as from_customer_id,
    one.customer_state as from_state,
    other.customer_id as to_customer_id,
    other.customer_state as to_state,
    case
        when one.customer_id <> other.customer_id
            then hash(one.customer_id, other.customer_id, again.kind, again.times, again.first_at, again.last_at)
    end as tie
from ties_again as again
left join people as one on again.source = one.source and again.author_record_id = one.source_record_id
left join people as other on again.source = other.source and again.other_id = other.source_record_id
