-- Grain: one entry of a feed.
{{ config(enabled = has_source('tap-feed'), materialized = 'view') }}

select
    source,
    id as interaction_id,
    coalesce(in_reply_to, id) as thread_id,
    in_reply_to as parent_id,
    'feed' as channel,
    case when in_reply_to is null then 'post' else 'comment' end as kind,
    'public' as direction,
    {{ feed_author() }} as author_record_id,
    concat_ws(chr(10) || chr(10), title, {{ plain_text('content') }}) as text,
    language,
    url,
    published_at as occurred_at,
    case when updated_at > published_at then updated_at end as edited_at,
    deleted,
    loaded_package
from {{ ref('stg_feed__entries') }}
