-- Grain: one author other than ourselves; a name on Reddit never changes and is never given again.
{{ config(enabled = has_source('tap-reddit'), materialized = 'view') }}

with seen as (
    {% for stream in ['posts', 'comments', 'mentions'] %}
    select source, author, author_fullname, created_utc, loaded_package
    from {{ ref('stg_reddit__' ~ stream) }}
    where not deleted and not coalesce(ours, false) and author not in ('[deleted]', '[removed]', 'AutoModerator')
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    source,
    author as source_record_id,
    'unknown' as kind,
    'reddit' as platform,
    author as handle,
    'https://www.reddit.com/user/' || author as profile_url,
    max(created_utc) as updated_at,
    false as deleted,
    json_object('id', max(author_fullname)) as attributes,
    max(loaded_package) as loaded_package
from seen
group by source, author
