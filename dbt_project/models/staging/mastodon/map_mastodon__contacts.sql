-- Grain: one account other than our own.
-- What people put into their profile's fields is their own word: links and addresses among it are declared.
{{ config(enabled = has_source('tap-mastodon'), materialized = 'view') }}

with accounts as (
    select
        *,
        array_to_string({{ json_list('fields', '$', 'value') }}, ' ') as said,
        array_to_string({{ json_list('fields', '$', 'verified_at') }}, '') as verified_at
    from {{ ref('stg_mastodon__accounts') }}
    where not coalesce(ours, false)
)

select
    source,
    id as source_record_id,
    case when "group" then 'organisation' else 'unknown' end as kind,
    nullif(trim(display_name), '') as full_name,
    'mastodon' as platform,
    {{ mastodon_handle() }} as handle,
    url as profile_url,
    {{ all_matches('said', 'href="(https?://[^"]+)"') }} as links,
    {{ all_matches(plain_text('said'), '(?:^|[^@\\w.+-])([\\w.+%-]+@[\\w-]+\\.[\\w.-]*\\w)') }} as emails,
    nullif({{ plain_text('note') }}, '') as bio,
    avatar as avatar_url,
    followers_count as followers,
    verified_at <> '' as verified,
    created_at,
    deleted or coalesce(suspended, false) as deleted,
    json_object(
        'bot', bot, 'locked', locked, 'discoverable', discoverable, 'memorial', memorial, 'moved_to', moved,
        'following', following_count, 'statuses', statuses_count, 'fields', fields
    ) as attributes,
    loaded_package
from accounts
