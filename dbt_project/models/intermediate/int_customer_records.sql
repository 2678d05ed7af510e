-- Grain: one customer: what its records say together (lists, counts, extremes); nothing is chosen here.
{{ config(alias='customer_records') }}
with records as (
    select clusters.customer_id, contacts.*
    from {{ ref('int_contacts') }} as contacts
    inner join {{ ref('clusters') }} as clusters
        on contacts.source = clusters.source and contacts.source_record_id = clusters.source_record_id
    where not contacts.deleted
),

points as (
    select
        records.customer_id,
        {{ distinct_list("case when points.kind = 'email' then points.value end") }} as emails,
        {{ distinct_list("case when points.kind = 'phone' then points.value end") }} as phones
    from {{ ref('int_contact_points') }} as points
    inner join records
        on points.source = records.source and points.source_record_id = records.source_record_id
    group by records.customer_id
),

suppressed as (
    select kind, mark from {{ ref('suppressed_values') }} where kind in ('link', 'handle')
),

links as (
    select customer_id, {{ distinct_list('link') }} as links
    from (select customer_id, {{ explode('links') }} as link from records) as unnested
    left join suppressed on suppressed.kind = 'link' and md5(lower(trim(link))) = suppressed.mark
    where suppressed.mark is null
    group by customer_id
),

-- The record's own account, and accounts that other records declare; @ana is ana.
accounts as (
    select customer_id, platform, handle, profile_url
    from records
    where handle is not null and platform is not null
    union all
    select customer_id, declared.platform, declared.handle, null
    from (select customer_id, {{ explode('handles') }} as declared from records) as unnested
),

handles as (
    select
        customer_id,
        list(struct_pack(platform := platform, handle := handle, url := url) order by platform, lower(handle)) as handles
    from (
        select
            customer_id,
            platform,
            coalesce(max(handle) filter (handle not like '@%'), max(handle)) as handle,
            max(profile_url) as url
        from accounts
        left join suppressed
            on suppressed.kind = 'handle' and md5(lower(platform || ':' || ltrim(handle, '@'))) = suppressed.mark
        where suppressed.mark is null
        group by customer_id, platform, lower(ltrim(handle, '@'))
    ) as distinct_accounts
    group by customer_id
),

counted as (
    select
        customer_id,
        coalesce(mode(kind order by kind) filter (kind in ('person', 'organisation')), 'unknown') as kind,
        {{ distinct_list('source') }} as sources,
        count(distinct source) as source_count,
        count(*) as record_count,
        max(followers) as followers,
        coalesce(bool_or(verified), false) as verified,
        min(created_at) as created_at,
        max(coalesce(updated_at, created_at)) as updated_at
    from records
    group by customer_id
)

select
    counted.*,
    coalesce(points.emails, []) as emails,
    coalesce(points.phones, []) as phones,
    coalesce(links.links, []) as links,
    coalesce(handles.handles, []) as handles
from counted
left join points on counted.customer_id = points.customer_id
left join links on counted.customer_id = links.customer_id
left join handles on counted.customer_id = handles.customer_id
