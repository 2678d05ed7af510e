-- Grain: one customer, as CRMs are told about them. Measures that drift by the day are told in steps, so that
-- a quiet customer is not a changed row tomorrow.
{{ config(materialized='ephemeral') }}

with customers as (
    select * from {{ ref('customers') }} where kind is distinct from 'bot'
),

measures as (
    select customer_id, engagement, risk from {{ ref('customer_measures') }}
),

advocates as (
    select customer_id, score from {{ ref('advocates') }}
),

ranked_conversations as (
    select
        customer_id,
        opened_at,
        strftime(opened_at, '%Y-%m-%d') || ' ' || channel || coalesce(': ' || coalesce(topic, intent), '') as line,
        row_number() over (partition by customer_id order by opened_at desc, conversation_id) as place
    from {{ ref('conversations') }}
    where customer_id is not null
),

last_conversations as (
    select customer_id, string_agg(line, chr(10) order by place) as lines
    from ranked_conversations
    where place <= 3
    group by customer_id
),

profiles as (
    select
        c.customer_id as tessera_id,
        c.full_name,
        c.given_name,
        c.family_name,
        c.primary_email as email,
        c.primary_phone as phone,
        c.links[1] as website,
        c.street,
        c.city,
        c.postal_code,
        c.country,
        c.company,
        c.job_title,
        nullif(array_to_string(list_transform(c.handles, lambda one: one.platform || ': ' || one.handle), '; '), '') as handles,  -- noqa: RF01
        case
            when coalesce(m.engagement, 0) <= 0 then 'none'
            when m.engagement < 3 then 'low'
            when m.engagement < 10 then 'medium'
            else 'high'
        end as engagement,
        cast(round(a.score) as bigint) as advocate,
        case when m.risk is null then null when m.risk < 0.33 then 'low' when m.risk < 0.66 then 'medium' else 'high' end as risk,
        l.lines as last_conversations
    from customers as c
    left join measures as m on c.customer_id = m.customer_id
    left join advocates as a on c.customer_id = a.customer_id
    left join last_conversations as l on c.customer_id = l.customer_id
    where c.full_name is not null
)

select
    *,
    nullif(concat_ws(chr(10), handles, 'Engagement: ' || engagement, last_conversations), '') as summary
from profiles
