-- Grain: one account other than ours. The website and the links in the description are the person's own word.
{{ config(enabled = has_source('tap-bluesky'), materialized = 'view') }}

select
    source,
    did as source_record_id,
    'unknown' as kind,
    nullif(trim(display_name), '') as full_name,
    'bluesky' as platform,
    nullif(handle, 'handle.invalid') as handle,
    'https://bsky.app/profile/' || did as profile_url,
    list_distinct(list_concat(
        {{ text_list(['website']) }}, coalesce({{ all_matches('description', '(https?://[^\\s<>"]+)') }}, [])
    )) as links,
    {{ all_matches('description', '(?:^|[^@\\w.+-])([\\w.+%-]+@[\\w-]+\\.[\\w.-]*\\w)') }} as emails,
    nullif(trim(description), '') as bio,
    avatar as avatar_url,
    followers_count as followers,
    verified,
    created_at,
    deleted,
    json_object('following', follows_count, 'posts', posts_count) as attributes,
    loaded_package
from {{ ref('stg_bluesky__profiles') }}
where not coalesce(ours, false)
