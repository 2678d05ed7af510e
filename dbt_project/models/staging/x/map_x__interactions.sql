-- Grain: one post, whichever streams show it, as last edited: X makes each edit a post of its own, so a post
-- is known by the first id of its history. Our own accounts are the users marked `ours`.
{{ config(enabled = has_source('tap-x'), materialized = 'view') }}

with posts as (
    {% for stream in ['posts', 'mentions', 'search', 'referenced_posts'] %}
    select *, cast(null as varchar) as replied_to, null as likes, null as shares
    from {{ ref('stg_x__' ~ stream) }}
    union all by name
    {% endfor %}
    select *, in_reply_to_status_id as replied_to, like_count as likes, retweet_count as shares
    from {{ ref('stg_x__archive_posts') }}
),

told as (
    select
        *,
        coalesce({{ json_text('edit_history_tweet_ids', '$[0]') }}, id) as first_id,
        {{ json_list('referenced_tweets', '$', 'type') }} as reference_types,
        {{ json_list('referenced_tweets', '$', 'id') }} as reference_ids
    from posts
),

newest as (
    select
        *,
        max(case when stream = 'mentions' then 1 else 0 end) over (partition by source, first_id) as mentions_us,
        max(case when stream in ('posts', 'archive_posts') then 1 else 0 end) over (partition by source, first_id) as is_ours,
        max(loaded_package) over (partition by source, first_id) as newest_package,
        min(created_at) over (partition by source, first_id) as first_at
    from told
    qualify row_number() over (
        partition by source, first_id
        order by length(id) desc, id desc, stream = 'archive_posts', loaded_package desc, stream
    ) = 1
),

posts_told as (
    select
        n.*,
        n.is_ours = 1 or coalesce(author.ours, false) as ours,
        n.mentions_us = 1 or coalesce(recipient.ours, false) as to_us,
        coalesce(n.replied_to, n.reference_ids[list_position(n.reference_types, 'replied_to')]) as parent
    from newest as n
    left join {{ ref('stg_x__users') }} as author on n.source = author.source and n.author_id = author.id
    left join {{ ref('stg_x__users') }} as recipient
        on n.source = recipient.source and n.in_reply_to_user_id = recipient.id
)

select
    source,
    first_id as interaction_id,
    coalesce(conversation_id, parent, first_id) as thread_id,
    parent as parent_id,
    'x' as channel,
    case when parent is not null then 'reply' when to_us and not ours then 'mention' else 'post' end as kind,
    case when ours then 'outbound' when to_us then 'inbound' else 'public' end as direction,
    author_id as author_record_id,
    list_distinct(list_concat(
        coalesce({{ json_list('entities', '$.mentions', 'id') }}, []), {{ text_list(['in_reply_to_user_id']) }}
    )) as recipient_record_ids,
    case when not deleted then text end as text,
    nullif(lang, 'und') as language,
    'https://x.com/i/status/' || id as url,
    first_at as occurred_at,
    case when id <> first_id then created_at end as edited_at,
    deleted,
    json_object(
        'likes', coalesce(cast({{ json_text('public_metrics', '$.like_count') }} as bigint), likes),
        'shares', coalesce(cast({{ json_text('public_metrics', '$.retweet_count') }} as bigint), shares),
        'replies', cast({{ json_text('public_metrics', '$.reply_count') }} as bigint)
    ) as metrics,
    json_object('references', referenced_tweets, 'attachments', attachments, 'sensitive', possibly_sensitive) as attributes,
    newest_package as loaded_package
from posts_told
