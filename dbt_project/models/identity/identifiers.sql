-- Interim: every record its own customer, until the matching models take this place.
select source, source_record_id, 'email' as kind, unnest(emails) as value from {{ ref('int_contacts') }} union all select source, source_record_id, 'phone' as kind, unnest(phones) as value from {{ ref('int_contacts') }}
