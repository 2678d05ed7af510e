-- Grain: one post or comment, whichever streams show it; a thread is its post.
{{ config(enabled = has_source('tap-reddit'), materialized = 'view') }}

with comments as (
    select * from {{ ref('stg_reddit__comments') }}
    union all by name
    -- The inbox names no post but where it is: /r/<subreddit>/comments/<post>/…
    select *, context as permalink, 't3_' || nullif(split_part(context, '/', 5), '') as link_id
    from {{ ref('stg_reddit__mentions') }}
),

comments_once as (
    select *, max(case when stream = 'mentions' then 1 else 0 end) over (partition by source, name) as mentions_us
    from comments
    qualify row_number() over (partition by source, name order by stream, loaded_package desc) = 1
)

select
    source,
    name as interaction_id,
    name as thread_id,
    cast(null as varchar) as parent_id,
    'reddit' as channel,
    'post' as kind,
    case when ours then 'outbound' else 'public' end as direction,
    author as author_record_id,
    case when not deleted then concat_ws(chr(10) || chr(10), title, nullif(selftext, '')) end as text,
    'https://www.reddit.com' || permalink as url,
    created_utc as occurred_at,
    edited as edited_at,
    deleted,
    json_object('likes', score, 'replies', num_comments) as metrics,
    json_object('subreddit', subreddit, 'flair', link_flair_text, 'link', url) as attributes,
    loaded_package
from {{ ref('stg_reddit__posts') }}

union all by name

select
    source,
    name as interaction_id,
    coalesce(link_id, parent_id) as thread_id,
    parent_id,
    'reddit' as channel,
    case when mentions_us = 1 then 'mention' when parent_id like 't1_%' then 'reply' else 'comment' end as kind,
    case when ours then 'outbound' when mentions_us = 1 then 'inbound' else 'public' end as direction,
    author as author_record_id,
    case when not deleted then body end as text,
    'https://www.reddit.com' || permalink as url,
    created_utc as occurred_at,
    edited as edited_at,
    deleted,
    json_object('likes', score) as metrics,
    json_object('subreddit', subreddit, 'post_title', link_title) as attributes,
    loaded_package
from comments_once
