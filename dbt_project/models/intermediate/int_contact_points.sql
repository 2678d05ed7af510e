-- Grain: one e-mail address or phone number by which one record can be reached. E-mail addresses stay as their
-- owner writes them (identity folds what a provider treats alike); phone numbers are E.164; junk is left out.
{{ config(alias='contact_points') }}
with junk as (
    select distinct value
    from {{ ref('identifiers') }}
    where kind = 'email' and blocked in ('list', 'pattern')
),

addresses as (
    select source, source_record_id, lower(trim(address)) as value
    from (
        select source, source_record_id, {{ explode('emails') }} as address
        from {{ ref('int_contacts') }}
        where not deleted
    ) as unnested
)

select addresses.source, addresses.source_record_id, 'email' as kind, addresses.value
from addresses
left join junk on addresses.value = junk.value
where addresses.value like '%_@_%.__%' and junk.value is null

union all

select source, source_record_id, kind, value
from {{ ref('identifiers') }}
where kind = 'phone' and coalesce(blocked, '') not in ('list', 'pattern')
