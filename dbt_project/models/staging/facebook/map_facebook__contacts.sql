-- Grain: one person other than ourselves. Facebook knows people by an id that only this Page sees; Instagram by
-- their user name.
{{ config(enabled = has_source('tap-facebook'), materialized = 'view') }}

with seen as (
    {% for stream in ['posts', 'comments', 'messages', 'ratings'] %}
    select source, author_id as id, author_name as name, created_time as seen_at, loaded_package
    from {{ ref('stg_facebook__' ~ stream) }}
    where author_id is not null and not deleted
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

people as (
    select source, id, {{ latest_by('name', 'seen_at') }} as name, max(seen_at) as seen_at, max(loaded_package) as loaded_package
    from seen
    where (source, id) not in (select (source, id) from {{ ref('stg_facebook__pages') }})
    group by source, id
),

commenters as (
    select source, username, max(timestamp) as seen_at, max(loaded_package) as loaded_package
    from {{ ref('stg_facebook__instagram_comments') }}
    where username is not null and not deleted
        and (source, username) not in (
            select (source, username) from {{ ref('stg_facebook__instagram_media') }} where username is not null
        )
    group by source, username
)

select
    source,
    id as source_record_id,
    'unknown' as kind,
    name as full_name,
    'facebook' as platform,
    cast(null as varchar) as handle,
    cast(null as varchar) as profile_url,
    seen_at as updated_at,
    false as deleted,
    loaded_package
from people

union all by name

select
    source,
    'instagram:' || username as source_record_id,
    'unknown' as kind,
    'instagram' as platform,
    username as handle,
    'https://www.instagram.com/' || username as profile_url,
    seen_at as updated_at,
    false as deleted,
    loaded_package
from commenters
