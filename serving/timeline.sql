-- One page of a customer's timeline, newest first, after the entry ($before, $before_id).
select * exclude (customer_id)
from timeline
where
    customer_id = $customer_id
    and not deleted
    and (
        $before::timestamptz is null
        or (coalesce(occurred_at, '0001-01-01'::timestamptz), type || source || id)
        < ($before::timestamptz, $before_id)
    )
order by coalesce(occurred_at, '0001-01-01'::timestamptz) desc, type || source || id desc
limit $count
