{{ config(alias='contact_attributes') }}
-- Grain: one value that one source record gives for one attribute of its customer.
-- The long form lets one rule table (seed survivorship) decide every attribute the same way.
{% set plain = ['full_name', 'given_name', 'family_name', 'street', 'city', 'region', 'postal_code', 'country',
                'company', 'job_title', 'bio', 'location', 'language', 'avatar_url'] %}
with records as (
    select
        clusters.customer_id,
        contacts.*,
        coalesce(contacts.updated_at, contacts.created_at) as observed_at
    from {{ ref('int_contacts') }} as contacts
    inner join {{ ref('clusters') }} as clusters
        on contacts.source = clusters.source and contacts.source_record_id = clusters.source_record_id
    where not contacts.deleted
),

scalar_values as (
    {% for attribute in plain %}
        select customer_id, source, source_record_id, observed_at, platform, '{{ attribute }}' as attribute, {{ attribute }} as value
        from records
        where {{ attribute }} is not null
        union all
    {% endfor %}
    select customer_id, source, source_record_id, observed_at, platform, 'birth_date', cast(birth_date as varchar)
    from records
    where birth_date is not null
),

point_values as (
    select
        records.customer_id,
        records.source,
        records.source_record_id,
        records.observed_at,
        records.platform,
        points.kind as attribute,
        points.value
    from {{ ref('int_contact_points') }} as points
    inner join records
        on points.source = records.source and points.source_record_id = records.source_record_id
)

select * from scalar_values
union all
select * from point_values
