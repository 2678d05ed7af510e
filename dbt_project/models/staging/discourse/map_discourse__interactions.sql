-- Grain: one post that a member wrote (post_type 1); its thread is the topic. The first post of a topic opens it,
-- and a post that names no other answers that one.
{{ config(enabled = has_source('tap-discourse'), materialized = 'view') }}

with posts as (
    select * from {{ ref('stg_discourse__posts') }}
    where post_type = 1
)

select
    posts.source,
    posts.id as interaction_id,
    'topic:' || posts.topic_id as thread_id,
    answered.id as parent_id,
    'discourse' as channel,
    case when posts.post_number = '1' then 'post' else 'reply' end as kind,
    'public' as direction,
    posts.user_id as author_record_id,
    {{ text_list(['answered.user_id']) }} as recipient_record_ids,
    case
        when posts.post_number = '1' then concat_ws(chr(10) || chr(10), posts.topic_title, coalesce(posts.raw, {{ plain_text('posts.cooked') }}))
        else coalesce(posts.raw, {{ plain_text('posts.cooked') }})
    end as text,
    posts.created_at as occurred_at,
    case when posts.version > 1 then posts.updated_at end as edited_at,
    posts.deleted or coalesce(posts.hidden, false) as deleted,
    json_object('likes', posts.like_count, 'replies', posts.reply_count) as metrics,
    json_object('accepted_answer', posts.accepted_answer, 'topic', posts.topic_title) as attributes,
    posts.loaded_package
from posts
left join posts as answered
    on posts.source = answered.source
    and posts.topic_id = answered.topic_id
    and answered.post_number = coalesce(posts.reply_to_post_number, case when posts.post_number != '1' then '1' end)
    and posts.id != answered.id
