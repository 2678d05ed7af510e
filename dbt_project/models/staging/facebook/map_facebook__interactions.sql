-- Grain: one post, comment, message or recommendation, on Facebook or Instagram.
{{ config(enabled = has_source('tap-facebook'), materialized = 'view') }}

with ours as (
    select source, id from {{ ref('stg_facebook__pages') }}
),

our_names as (
    select distinct source, username from {{ ref('stg_facebook__instagram_media') }}
),

said as (
    select
        source, id as interaction_id, id as thread_id, cast(null as varchar) as parent_id, 'facebook' as channel,
        'post' as kind, author_id as author_record_id, coalesce(message, story) as text, permalink_url as url,
        created_time as occurred_at, deleted, reactions as likes, shares, comments as replies,
        cast(null as json) as recipients, 'public' as otherwise, loaded_package
    from {{ ref('stg_facebook__posts') }}
    union all by name
    select
        source, id as interaction_id, post_id as thread_id, coalesce(parent_id, post_id) as parent_id,
        'facebook' as channel, case when parent_id is null then 'comment' else 'reply' end as kind,
        author_id as author_record_id, message as text, permalink_url as url, created_time as occurred_at, deleted,
        like_count as likes, comment_count as replies, 'inbound' as otherwise, loaded_package
    from {{ ref('stg_facebook__comments') }}
    union all by name
    select
        source, id as interaction_id, conversation_id as thread_id, 'facebook' as channel, 'message' as kind,
        author_id as author_record_id, message as text, created_time as occurred_at, deleted, "to" as recipients,
        'inbound' as otherwise, loaded_package
    from {{ ref('stg_facebook__messages') }}
    union all by name
    select
        source, 'rating:' || id as interaction_id, 'rating:' || id as thread_id, 'facebook' as channel,
        'review' as kind, author_id as author_record_id, review_text as text, created_time as occurred_at, deleted,
        json_object('recommends', recommendation_type, 'rating', rating) as attributes, 'inbound' as otherwise,
        loaded_package
    from {{ ref('stg_facebook__ratings') }}
    union all by name
    select
        source, 'instagram:' || id as interaction_id, 'instagram:' || id as thread_id, 'instagram' as channel,
        'post' as kind, 'instagram:' || username as author_record_id, caption as text, permalink as url,
        timestamp as occurred_at, deleted, like_count as likes, comments_count as replies, 'outbound' as otherwise,
        loaded_package
    from {{ ref('stg_facebook__instagram_media') }}
    union all by name
    select
        source, 'instagram:' || id as interaction_id, 'instagram:' || media_id as thread_id,
        'instagram:' || coalesce(parent_id, media_id) as parent_id, 'instagram' as channel,
        case when parent_id is null then 'comment' else 'reply' end as kind,
        'instagram:' || username as author_record_id, text, timestamp as occurred_at, deleted, like_count as likes,
        'inbound' as otherwise, loaded_package
    from {{ ref('stg_facebook__instagram_comments') }}
)

select
    said.source,
    interaction_id,
    thread_id,
    parent_id,
    channel,
    kind,
    case when ours.id is not null or our_names.username is not null then 'outbound' else otherwise end as direction,
    author_record_id,
    {{ json_list('recipients', '$', 'id') }} as recipient_record_ids,
    text,
    url,
    occurred_at,
    deleted,
    json_object('likes', likes, 'shares', shares, 'replies', replies) as metrics,
    attributes,
    said.loaded_package
from said
left join ours on said.source = ours.source and said.author_record_id = ours.id
left join our_names
    on said.source = our_names.source and said.author_record_id = 'instagram:' || our_names.username
