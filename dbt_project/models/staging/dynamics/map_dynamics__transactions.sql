-- Grain: one opportunity; its customer is a contact or an account.
{{ config(enabled = has_source('tap-dynamics'), materialized = 'view') }}

select
    deal.source,
    deal.id as transaction_id,
    'opportunity' as kind,
    case
        when exists (
            select 1 from {{ ref('stg_dynamics__accounts') }} as a where a.source = deal.source and a.id = deal.customerid
        ) then 'account:' || deal.customerid
        else deal.customerid
    end as party_record_id,
    coalesce(deal.actualvalue, deal.estimatedvalue) as amount,
    deal.transactioncurrencyid_name as currency,
    coalesce(deal.stepname, deal.statecode_name) as stage,
    deal.createdon as occurred_at,
    cast(deal.actualclosedate as timestamptz) as closed_at,
    deal.deleted,
    json_object('name', deal.name, 'state', deal.statecode_name, 'expected_on', deal.estimatedclosedate) as attributes,
    deal.loaded_package
from {{ ref('stg_dynamics__opportunities') }} as deal
