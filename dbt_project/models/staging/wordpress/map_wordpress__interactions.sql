-- Grain: one post or comment that the public can read; a comment's thread is its post.
{{ config(enabled = has_source('tap-wordpress'), materialized = 'view') }}

select
    source,
    'post:' || id as interaction_id,
    'post:' || id as thread_id,
    cast(null as varchar) as parent_id,
    'wordpress' as channel,
    'post' as kind,
    'outbound' as direction,
    'user:' || author as author_record_id,
    concat_ws(chr(10) || chr(10), title, {{ plain_text('content') }}) as text,
    link as url,
    date_gmt as occurred_at,
    case when modified_gmt > date_gmt then modified_gmt end as edited_at,
    deleted,
    loaded_package
from {{ ref('stg_wordpress__posts') }}
where status in ('publish', 'trash')

union all by name

select
    source,
    'comment:' || id as interaction_id,
    'post:' || post as thread_id,
    case when parent = '0' then 'post:' || post else 'comment:' || parent end as parent_id,
    'wordpress' as channel,
    'comment' as kind,
    case when author = '0' then 'inbound' else 'public' end as direction,
    case when author = '0' then {{ wordpress_visitor() }} else 'user:' || author end as author_record_id,
    {{ plain_text('content') }} as text,
    link as url,
    date_gmt as occurred_at,
    cast(null as timestamptz) as edited_at,
    deleted or status = 'trash' as deleted,
    loaded_package
from {{ ref('stg_wordpress__comments') }}
where status != 'spam'
