-- Grain: one opportunity; its customer is its contact, else its account.
{{ config(enabled = has_source('tap-salesforce'), materialized = 'view') }}

select
    source,
    Id as transaction_id,
    'opportunity' as kind,
    coalesce(ContactId, AccountId) as party_record_id,
    Amount as amount,
    CurrencyIsoCode as currency,
    StageName as stage,
    CreatedDate as occurred_at,
    case when IsClosed then cast(CloseDate as timestamptz) end as closed_at,
    deleted,
    json_object(
        'name', Name, 'type', Type, 'won', IsWon, 'probability', Probability, 'expected_on', CloseDate,
        'lead_source', LeadSource, 'owner', OwnerId
    ) as attributes,
    loaded_package
from {{ ref('stg_salesforce__opportunities') }}
