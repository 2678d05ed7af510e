-- Pairs that wait for a person, the likeliest first, with the customer of either side.
select
    edges.left_source,
    edges.left_record_id,
    edges.right_source,
    edges.right_record_id,
    edges.rule,
    edges.weight,
    edges.probability,
    edges.identifiers,
    edges.status,
    edges.reason,
    one.customer_id as left_customer,
    other.customer_id as right_customer
from identity.identity_review as edges
inner join marts.customer_identities as one
    on edges.left_source = one.source and edges.left_record_id = one.source_record_id
inner join marts.customer_identities as other
    on edges.right_source = other.source and edges.right_record_id = other.source_record_id
order by edges.weight desc, edges.left_record_id, edges.right_record_id
limit 1000
