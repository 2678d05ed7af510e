{{ config(
    schema='intermediate', alias='people', materialized='incremental', contract={'enforced': false},
    incremental_strategy='append', pre_hook="{{ find_changed_customers() }}"
) }}
-- Grain: one customer: what routing and scores need to know of a person besides the golden record.
-- Known are people whom a book of ours (no platform) holds, or who bought something: standing cannot be faked
-- from outside. Who has no record left that is not deleted keeps a row: everybody is told of once.
-- depends_on: {{ ref('int_customer_states') }}
-- First whose: the attributes of all the others are not even read.
with theirs as materialized (
    select
        clusters.source,
        clusters.source_record_id,
        changed.customer_id,
        changed.customer_state
    from {{ ref('clusters') }} as clusters
    inner join changed_customers as changed on clusters.customer_id = changed.customer_id
),

records as (
    select
        theirs.customer_id,
        theirs.customer_state,
        -- of one age, or where no book tells it, always the same
        {{ latest_by(
            json_text('contacts.attributes', '$.owner'),
            "row(coalesce(contacts.created_at, timestamptz 'epoch'), contacts.source, contacts.source_record_id)"
        ) }}
        filter ({{ json_text('contacts.attributes', '$.owner') }} is not null) as owner,
        coalesce(bool_or({{ json_text('contacts.attributes', '$.bot') }} = 'true'), false) as is_bot,
        bool_or(contacts.platform is null) as in_books,
        max(contacts.followers) as followers,
        min(contacts.created_at) as since
    from theirs
    left join (select * from {{ ref('int_contacts') }} where not deleted) as contacts
        on theirs.source = contacts.source and theirs.source_record_id = contacts.source_record_id
    group by theirs.customer_id, theirs.customer_state
),

ours as (
    select distinct clusters.customer_id
    from {{ ref('int_brand_accounts') }} as brands
    inner join {{ ref('clusters') }} as clusters
        on brands.source = clusters.source and brands.record_id = clusters.source_record_id
),

buyers as (
    select distinct bought.customer_id
    from {{ ref('transactions') }} as bought
    semi join changed_customers as changed on bought.customer_id = changed.customer_id
    where not bought.deleted
)

select
    records.*,
    records.in_books is not null and (records.in_books or buyers.customer_id is not null) as known,
    ours.customer_id is not null as is_brand
from records
left join buyers on records.customer_id = buyers.customer_id
left join ours on records.customer_id = ours.customer_id
