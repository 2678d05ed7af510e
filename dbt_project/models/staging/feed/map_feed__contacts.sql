-- Grain: one author of a feed, known by the page or address that the feed gives; a bare name is nobody in particular.
{{ config(enabled = has_source('tap-feed'), materialized = 'view') }}

select
    source,
    {{ feed_author() }} as source_record_id,
    'unknown' as kind,
    {{ latest_by('author_name', 'published_at') }} as full_name,
    {{ text_list([latest_by('author_url', 'published_at')]) }} as links,
    {{ text_list([latest_by('author_email', 'published_at')]) }} as emails,
    min(published_at) as created_at,
    max(published_at) as updated_at,
    false as deleted,
    max(loaded_package) as loaded_package
from {{ ref('stg_feed__entries') }}
where {{ feed_author() }} is not null and not deleted
group by 1, 2
