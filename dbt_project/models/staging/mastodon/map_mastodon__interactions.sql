-- Grain: one status, or one favourite or boost of ours. Of a deleted status only its place in time is left: what was
-- taken back is not kept.
{{ config(enabled = has_source('tap-mastodon'), materialized = 'view') }}

with statuses as (
    select * from {{ ref('stg_mastodon__statuses') }}
),

conversations as (
    select * from {{ ref('stg_mastodon__conversations') }}
)

select
    s.source,
    s.id as interaction_id,
    coalesce(c.thread_id, s.in_reply_to_id, s.id) as thread_id,
    s.in_reply_to_id as parent_id,
    'mastodon' as channel,
    case
        when s.visibility = 'direct' then 'message'
        when s.in_reply_to_id is not null then 'reply'
        when s.to_us and not s.ours then 'mention'
        else 'post'
    end as kind,
    case when s.ours then 'outbound' when s.to_us then 'inbound' else 'public' end as direction,
    s.account_id as author_record_id,
    list_distinct(list_concat(
        coalesce({{ json_list('s.mentions', '$', 'id') }}, []), {{ text_list(['s.in_reply_to_account_id']) }}
    )) as recipient_record_ids,
    {{ plain_text('s.content') }} as text,
    s.language,
    s.url,
    s.created_at as occurred_at,
    s.edited_at,
    s.deleted,
    json_object('likes', s.favourites_count, 'shares', s.reblogs_count, 'replies', s.replies_count) as metrics,
    json_object(
        'visibility', s.visibility, 'sensitive', s.sensitive, 'spoiler_text', s.spoiler_text,
        'share_of', s.reblog_id, 'tags', s.tags, 'media', s.media_attachments, 'application', s.application
    ) as attributes,
    greatest(s.loaded_package, coalesce(c.loaded_package, 0)) as loaded_package
from statuses as s
left join conversations as c on s.source = c.source and s.id = c.status_id

union all by name

select
    n.source,
    'notification:' || n.id as interaction_id,
    coalesce(c.thread_id, s.in_reply_to_id, n.status_id) as thread_id,
    n.status_id as parent_id,
    'mastodon' as channel,
    case n.type when 'favourite' then 'like' else 'share' end as kind,
    'inbound' as direction,
    n.account_id as author_record_id,
    {{ text_list(['s.account_id']) }} as recipient_record_ids,
    s.url,
    n.created_at as occurred_at,
    n.deleted,
    n.loaded_package
from {{ ref('stg_mastodon__notifications') }} as n
left join statuses as s on n.source = s.source and n.status_id = s.id
left join conversations as c on n.source = c.source and n.status_id = c.status_id
where n.type in ('favourite', 'reblog')
