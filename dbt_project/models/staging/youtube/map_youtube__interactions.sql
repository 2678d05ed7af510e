-- Grain: one video or comment; a comment's thread is its video.
{{ config(enabled = has_source('tap-youtube'), materialized = 'view') }}

with comments as (
    select * from {{ ref('stg_youtube__comment_threads') }}
    union all by name
    select * from {{ ref('stg_youtube__replies') }}
)

select
    source,
    'video:' || id as interaction_id,
    'video:' || id as thread_id,
    cast(null as varchar) as parent_id,
    'youtube' as channel,
    'post' as kind,
    'outbound' as direction,
    channel_id as author_record_id,
    concat_ws(chr(10) || chr(10), title, description) as text,
    language,
    'https://www.youtube.com/watch?v=' || id as url,
    published_at as occurred_at,
    deleted,
    json_object('likes', like_count, 'replies', comment_count, 'views', view_count) as metrics,
    loaded_package
from {{ ref('stg_youtube__videos') }}

union all by name

select
    source,
    id as interaction_id,
    'video:' || video_id as thread_id,
    coalesce(parent_id, 'video:' || video_id) as parent_id,
    'youtube' as channel,
    case when parent_id is null then 'comment' else 'reply' end as kind,
    'public' as direction,
    author_channel_id as author_record_id,
    {{ text_list(['channel_id']) }} as recipient_record_ids,
    coalesce(text_original, {{ plain_text('text_display') }}) as text,
    'https://www.youtube.com/watch?v=' || video_id || '&lc=' || id as url,
    published_at as occurred_at,
    case when updated_at > published_at then updated_at end as edited_at,
    deleted,
    json_object('likes', like_count) as metrics,
    loaded_package
from comments
