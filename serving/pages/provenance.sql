-- Where each value of the golden record came from.
select attribute, source, source_record_id, observed_at, rule
from marts.customer_attributes
where customer_id = $customer_id
