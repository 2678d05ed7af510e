-- Grain: one customer; what contact of Dynamics should look like.
{{ config(enabled=is_activated('sync_dynamics__contacts')) }}

select
    tessera_id,
    given_name as firstname,
    coalesce(family_name, full_name) as lastname,
    email as emailaddress1,
    phone as telephone1,
    website as websiteurl,
    street as address1_line1,
    city as address1_city,
    postal_code as address1_postalcode,
    job_title as jobtitle,
    summary as description
from {{ ref('act_profiles') }}
