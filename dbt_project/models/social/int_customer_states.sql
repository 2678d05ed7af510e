{{ config(schema='intermediate', alias='customer_states', unless_told_by="{{ customers_stamp() }}") }}
-- Grain: one customer, and a number that changes when anything does that routing and measures know of it besides
-- what it says: its records, orders, deals, cases, consents, and whether it is us; `orders_state` is that of its orders
-- alone, null without any. Rows of other models keep the number they were told by, so that they are told again only for
-- customers who changed. Where nobody changed (`told_by`), this table stays as it is.
with facts as (
    select
        clusters.customer_id,
        hash(
            clusters.source, clusters.source_record_id, contacts.platform is null, contacts.deleted, contacts.followers,
            contacts.created_at, contacts.attributes, brands.record_id is not null
        ) as fact,
        null::ubigint as bought,
        true as recorded
    from {{ ref('clusters') }} as clusters
    left join {{ ref('int_contacts') }} as contacts
        on clusters.source = contacts.source and clusters.source_record_id = contacts.source_record_id
    left join (select distinct source, record_id from {{ ref('int_brand_accounts') }}) as brands
        on clusters.source = brands.source and clusters.source_record_id = brands.record_id
    union all
    select
        customer_id,
        {{ transaction_fact() }} as fact,
        case when {{ moved_money() }} then fact end as bought,
        false as recorded
    from {{ ref('transactions') }}
    where not deleted
    union all
    select customer_id, {{ case_fact() }}, null, false
    from {{ ref('interactions') }}
    where kind = 'case' and not deleted
    union all
    select customer_id, hash(consents), null, false from {{ ref('consents') }} as consents  -- noqa: AL05
)

select
    customer_id,
    hash(customer_id, bit_xor(fact)) as customer_state,
    case when count(bought) > 0 then hash(customer_id, bit_xor(bought)) end as orders_state,
    {{ told_by() }} as told_by
from facts
group by customer_id
having bool_or(recorded)
