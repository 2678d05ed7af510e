-- Grain: one member of the forum.
{{ config(enabled = has_source('tap-discourse'), materialized = 'view') }}

select
    source,
    id as source_record_id,
    'unknown' as kind,
    coalesce(nullif(name, ''), username) as full_name,
    'discourse' as platform,
    username as handle,
    {{ text_list(['email']) }} as emails,
    created_at,
    last_seen_at as updated_at,
    deleted,
    json_object('title', title, 'trust_level', trust_level, 'secondary_emails', secondary_emails) as attributes,
    loaded_package
from {{ ref('stg_discourse__users') }}
