-- Which of a customer's records carry an address, a number, an account or a link.
with members as (
    select source, source_record_id from marts.customer_identities where customer_id = $customer_id
)

select
    kind,
    value,
    list_sort(list_distinct(list(source || ':' || source_record_id))) as records
from identity.identifiers as identifiers
semi join members using (source, source_record_id)
group by kind, value
