-- Grain: one account other than our own.
{{ config(enabled = has_source('tap-x'), materialized = 'view') }}

select
    source,
    id as source_record_id,
    case when verified_type in ('business', 'government') then 'organisation' else 'unknown' end as kind,
    nullif(trim(name), '') as full_name,
    'x' as platform,
    username as handle,
    'https://x.com/' || username as profile_url,
    {{ text_list(['url']) }} as links,
    nullif(description, '') as bio,
    nullif(location, '') as location,
    profile_image_url as avatar_url,
    cast({{ json_text('public_metrics', '$.followers_count') }} as bigint) as followers,
    verified,
    created_at,
    deleted,
    json_object('protected', protected, 'verified_type', verified_type, 'metrics', public_metrics) as attributes,
    loaded_package
from {{ ref('stg_x__users') }}
where not coalesce(ours, false)
