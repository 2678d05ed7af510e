-- Every edge between the records of one customer, the strongest first: why they are one.
with members as (
    select source, source_record_id from marts.customer_identities where customer_id = $customer_id
)

select edges.*
from identity.edges as edges
semi join members as one
    on edges.left_source = one.source and edges.left_record_id = one.source_record_id
semi join members as other
    on edges.right_source = other.source and edges.right_record_id = other.source_record_id
order by edges.weight desc
limit 500
