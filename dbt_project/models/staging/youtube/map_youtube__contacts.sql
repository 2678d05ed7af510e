-- Grain: one channel: those we read, and those of people who comment.
{{ config(enabled = has_source('tap-youtube'), materialized = 'view') }}

with comments as (
    select * from {{ ref('stg_youtube__comment_threads') }}
    union all by name
    select * from {{ ref('stg_youtube__replies') }}
)

select
    source,
    id as source_record_id,
    'unknown' as kind,
    title as full_name,
    'youtube' as platform,
    ltrim(custom_url, '@') as handle,
    'https://www.youtube.com/channel/' || id as profile_url,
    description as bio,
    country,
    subscriber_count as followers,
    published_at as created_at,
    deleted,
    loaded_package
from {{ ref('stg_youtube__channels') }}

union all by name

select
    source,
    author_channel_id as source_record_id,
    'unknown' as kind,
    {{ latest_by('author_display_name', 'updated_at') }} as full_name,
    'youtube' as platform,
    ltrim({{ latest_by('author_display_name', 'updated_at') }}, '@') as handle,
    'https://www.youtube.com/channel/' || author_channel_id as profile_url,
    {{ latest_by('author_profile_image_url', 'updated_at') }} as avatar_url,
    max(updated_at) as updated_at,
    false as deleted,
    max(loaded_package) as loaded_package
from comments
where
    author_channel_id is not null and not deleted
    and author_channel_id not in (select id from {{ ref('stg_youtube__channels') }} as ours where ours.source = comments.source)
group by source, author_channel_id
