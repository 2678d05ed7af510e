-- Grain: one customer; what party.party of Tryton should look like.
{{ config(enabled=is_activated('sync_tryton__contacts')) }}

select
    tessera_id,
    full_name as name,
    email,
    phone,
    website,
    street,
    city,
    postal_code,
    handles as other
from {{ ref('act_profiles') }}
