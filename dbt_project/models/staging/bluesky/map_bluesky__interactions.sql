-- Grain: one post or repost, from whichever list showed it last. Of what was taken back only its place is left.
{{ config(enabled = has_source('tap-bluesky'), materialized = 'view') }}

with shown as (
    select * from {{ ref('stg_bluesky__author_feed') }}
    union all by name
    select * from {{ ref('stg_bluesky__threads') }}
    union all by name
    select * from {{ ref('stg_bluesky__search_posts') }}
    union all by name
    select
        *,
        true as to_us
    from {{ ref('stg_bluesky__notifications') }}
    where reason in ('reply', 'mention', 'quote')
),

posts as (
    select * from shown  -- a notification tells no counts: any other list knows more
    qualify row_number() over (
        partition by source, uri
        order by reply_count is null and not deleted, loaded_package desc, deleted desc
    ) = 1
)

select
    source,
    uri as interaction_id,
    coalesce(root_uri, uri) as thread_id,
    parent_uri as parent_id,
    'bluesky' as channel,
    case
        when parent_uri is not null then 'reply'
        when coalesce(to_us, false) and not coalesce(ours, false) then 'mention'
        else 'post'
    end as kind,
    case when ours then 'outbound' when to_us then 'inbound' else 'public' end as direction,
    author_did as author_record_id,
    list_distinct(list_concat(
        coalesce({{ json_list('mentioned_dids', '$') }}, []), {{ text_list(["split_part(parent_uri, '/', 3)"]) }}
    )) as recipient_record_ids,
    text,
    {{ json_text('langs', '$[0]') }} as language,
    'https://bsky.app/profile/' || split_part(coalesce(repost_of, uri), '/', 3) || '/post/'
    || split_part(coalesce(repost_of, uri), '/', 5) as url,
    created_at as occurred_at,
    deleted,
    json_object('likes', like_count, 'shares', repost_count, 'replies', reply_count, 'quotes', quote_count) as metrics,
    json_object('share_of', repost_of, 'quote_of', quoted_uri, 'tags', tags, 'embed', embed) as attributes,
    loaded_package
from posts
