-- Grain: one customer; what a row of a PostgreSQL table should look like.
{{ config(enabled=is_activated('sync_postgres__contacts')) }}

select
    tessera_id,
    full_name,
    given_name,
    family_name,
    email,
    phone,
    website,
    street,
    city,
    postal_code,
    country,
    company,
    job_title,
    handles,
    engagement,
    advocate,
    risk,
    last_conversations
from {{ ref('act_profiles') }}
