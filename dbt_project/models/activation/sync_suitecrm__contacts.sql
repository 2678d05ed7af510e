-- Grain: one customer; what Contacts of Suitecrm should look like.
{{ config(enabled=is_activated('sync_suitecrm__contacts')) }}

select
    tessera_id,
    given_name as first_name,
    coalesce(family_name, full_name) as last_name,
    email as email1,
    phone as phone_work,
    street as primary_address_street,
    city as primary_address_city,
    postal_code as primary_address_postalcode,
    job_title as title,
    summary as description
from {{ ref('act_profiles') }}
