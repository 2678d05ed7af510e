-- Grain: one person who writes on the site: a user, or the visitor behind comments. Visitors are known by the
-- address they left, else by name and web site; who leaves only a name is nobody in particular.
{{ config(enabled = has_source('tap-wordpress'), materialized = 'view') }}

with visitors as (
    select
        source,
        {{ wordpress_visitor() }} as source_record_id,
        {{ latest_by('author_name', 'date_gmt') }} as full_name,
        {{ latest_by('author_email', 'date_gmt') }} as email,
        {{ latest_by('author_url', 'date_gmt') }} as url,
        min(date_gmt) as created_at,
        max(date_gmt) as updated_at,
        max(loaded_package) as loaded_package
    from {{ ref('stg_wordpress__comments') }}
    where author = '0' and not deleted and status not in ('spam', 'trash') and {{ wordpress_visitor() }} is not null
    group by 1, 2
)

select
    source,
    'user:' || id as source_record_id,
    'unknown' as kind,
    name as full_name,
    nullif(first_name, '') as given_name,
    nullif(last_name, '') as family_name,
    'wordpress' as platform,
    coalesce(username, slug) as handle,
    link as profile_url,
    {{ text_list(['url']) }} as links,
    {{ text_list(['email']) }} as emails,
    nullif(description, '') as bio,
    nullif(locale, '') as language,
    registered_date as created_at,
    cast(null as timestamptz) as updated_at,
    deleted,
    loaded_package
from {{ ref('stg_wordpress__users') }}

union all by name

select
    source,
    source_record_id,
    'unknown' as kind,
    full_name,
    {{ text_list(['url']) }} as links,
    {{ text_list(['email']) }} as emails,
    created_at,
    updated_at,
    false as deleted,
    loaded_package
from visitors
