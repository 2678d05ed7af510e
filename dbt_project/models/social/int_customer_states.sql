{{ config(schema='intermediate', alias='customer_states') }}
-- Grain: one customer, and a number that changes when anything does that routing and measures know of it besides
-- what it says: its records, orders, deals, cases, consents, and whether it is us. Rows of other models keep the
-- number they were told by, so that they are told again only for customers who changed.
with facts as (
    select
        clusters.customer_id,
        hash(
            clusters.source, clusters.source_record_id, contacts.platform is null, contacts.deleted, contacts.followers,
            contacts.created_at, contacts.attributes, brands.record_id is not null
        ) as fact
    from {{ ref('clusters') }} as clusters
    left join {{ ref('int_contacts') }} as contacts
        on clusters.source = contacts.source and clusters.source_record_id = contacts.source_record_id
    left join (select distinct source, record_id from {{ ref('int_brand_accounts') }}) as brands
        on clusters.source = brands.source and clusters.source_record_id = brands.record_id
    union all
    select customer_id, hash(source, transaction_id, kind, amount, stage, occurred_at, closed_at)
    from {{ ref('transactions') }}
    where not deleted
    union all
    select customer_id, hash(source, interaction_id, occurred_at, {{ json_text('attributes', '$.status') }})
    from {{ ref('interactions') }}
    where kind = 'case' and not deleted
    union all
    select customer_id, hash(consents) from {{ ref('consents') }} as consents  -- noqa: AL05
)

select customer_id, hash(customer_id, bit_xor(fact)) as customer_state
from facts
where customer_id is not null
group by customer_id
