-- Grain: one customer: the golden record with its measures. Where each value came from is in customer_attributes.
{% set survivors = ['full_name', 'given_name', 'family_name', 'street', 'city', 'region', 'postal_code', 'country',
                    'birth_date', 'company', 'job_title', 'bio', 'location', 'language', 'avatar_url'] %}
with golden as (
    select
        customer_id,
        {% for attribute in survivors %}
            max(value) filter (attribute = '{{ attribute }}') as {{ attribute }},
        {% endfor %}
        max(value) filter (attribute = 'email') as primary_email,
        max(value) filter (attribute = 'phone') as primary_phone
    from {{ ref('customer_attributes') }}
    group by customer_id
),

records as (
    select
        customer_id,
        kind,
        emails,
        phones,
        links,
        handles,
        sources,
        source_count,
        record_count,
        followers,
        verified,
        created_at,
        updated_at
    from {{ ref('int_customer_records') }}
),

said as (
    select
        customer_id,
        count(*) as interaction_count,
        min(occurred_at) as first_interaction_at,
        max(occurred_at) as last_interaction_at
    from {{ ref('interactions') }}
    where customer_id is not null and not deleted
    group by customer_id
)

select
    records.customer_id,
    records.kind,
    golden.full_name,
    golden.given_name,
    golden.family_name,
    golden.primary_email,
    records.emails,
    golden.primary_phone,
    records.phones,
    records.handles,
    records.links,
    golden.street,
    golden.city,
    golden.region,
    golden.postal_code,
    golden.country,
    cast(golden.birth_date as date) as birth_date,
    golden.company,
    golden.job_title,
    golden.bio,
    golden.location,
    golden.language,
    golden.avatar_url,
    records.followers,
    records.verified,
    records.sources,
    records.source_count,
    records.record_count,
    coalesce(said.interaction_count, 0) as interaction_count,
    said.first_interaction_at,
    said.last_interaction_at,
    coalesce(spent.transaction_count, 0) as transaction_count,
    coalesce(spent.transaction_total, 0) as transaction_total,
    spent.transaction_currency,
    spent.last_transaction_at,
    records.created_at,
    records.updated_at
from records
left join golden on records.customer_id = golden.customer_id
left join said on records.customer_id = said.customer_id
left join {{ ref('int_customer_spending') }} as spent on records.customer_id = spent.customer_id
order by records.customer_id
