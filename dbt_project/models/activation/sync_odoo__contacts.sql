-- Grain: one customer; what res.partner of Odoo should look like.
{{ config(enabled=is_activated('sync_odoo__contacts')) }}

select
    tessera_id,
    full_name as name,
    email,
    phone,
    website,
    street,
    city,
    postal_code as zip,
    country as country_id,
    job_title as function,
    summary as comment
from {{ ref('act_profiles') }}
