-- Customers by a part of their name or company, or by a web address of theirs; exact names first.
select customer_id, full_name, company, city, sources, primary_email
from marts.customers
where
    contains(lower(strip_accents(full_name)), lower(strip_accents($words)))
    or contains(lower(strip_accents(company)), lower(strip_accents($words)))
    or (contains($words, '://') and (list_contains(links, $words) or list_contains(list_transform(handles, lambda h: h.url), $words)))
order by lower(strip_accents(full_name)) = lower(strip_accents($words)) desc, full_name, customer_id
limit $most
