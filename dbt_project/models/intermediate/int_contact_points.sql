-- Grain: one e-mail address or phone number by which one record can be reached. E-mail addresses stay as their
-- owner writes them (identity folds what a provider treats alike); phone numbers are E.164; junk is left out, and so is
-- what is suppressed.
{{ config(alias='contact_points') }}
with junk as (
    select distinct value
    from {{ ref('identifiers') }}
    where kind = 'email' and blocked in ('list', 'pattern')
),

suppressed as (
    select mark from {{ ref('suppressed_values') }} where kind = 'email'
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
left join suppressed on md5(addresses.value) = suppressed.mark
where addresses.value like '%_@_%.__%' and junk.value is null and suppressed.mark is null

union all

select source, source_record_id, kind, value
from {{ ref('identifiers') }}
where kind = 'phone' and coalesce(blocked, '') not in ('list', 'pattern')
