-- One JSON document per customer: the golden record, its identities, its consents.
-- $customers, $identities and $consents are select lists, made of the columns that the marts have;
-- $chosen narrows all three to some customers.
with identities as (
    select customer_id, string_agg(to_json(row), ',') as entries
    from (select customer_id, {$identities} as row from hub.marts.customer_identities $chosen)
    group by customer_id
),

consents as (
    select customer_id, string_agg(to_json(row), ',') as entries
    from (select customer_id, {$consents} as row from hub.marts.consents $chosen)
    group by customer_id
),

customers as (
    select customer_id, to_json({$customers})::varchar as record
    from hub.marts.customers $chosen
)

select
    $number as number,
    customers.customer_id,
    concat(
        '{"customer":', customers.record, ',"identities":[', identities.entries,
        '],"consents":[', consents.entries, ']}'
    ) as document
from customers
left join identities on customers.customer_id = identities.customer_id
left join consents on customers.customer_id = consents.customer_id
