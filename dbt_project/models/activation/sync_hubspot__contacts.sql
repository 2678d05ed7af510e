-- Grain: one customer; what contacts of Hubspot should look like.
{{ config(enabled=is_activated('sync_hubspot__contacts')) }}

select
    tessera_id,
    given_name as firstname,
    family_name as lastname,
    email,
    phone,
    website,
    city,
    postal_code as zip,
    country,
    company,
    job_title as jobtitle,
    handles as tessera_handles,
    engagement as tessera_engagement,
    advocate as tessera_advocate,
    risk as tessera_risk,
    last_conversations as tessera_last_conversations
from {{ ref('act_profiles') }}
