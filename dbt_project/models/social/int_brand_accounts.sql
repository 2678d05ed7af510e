{{ config(schema='intermediate', alias='brand_accounts', contract={'enforced': false}) }}
-- Grain: one account that speaks for a brand, by its record id. A handle in hub.yaml is looked up among contacts.
with declared as (
    {{ declared_accounts() }}
)

select distinct
    declared.brand,
    declared.calendar,
    declared.source,
    coalesce(contacts.source_record_id, declared.account) as record_id
from declared
left join {{ ref('int_contacts') }} as contacts
    on
        declared.source = contacts.source
        and (
            declared.account = contacts.source_record_id
            or ltrim(lower(declared.account), '@') = ltrim(lower(contacts.handle), '@')
        )
