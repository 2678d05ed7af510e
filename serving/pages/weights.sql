-- The waterfall of one pair: each thing compared, in order, with its weight in bits.
select
    name,
    finding,
    bits
from identity.review_evidence
where
    left_source = $left_source and left_record_id = $left_record_id
    and right_source = $right_source and right_record_id = $right_record_id
order by place
