-- Grain: one deal; its customer is its first contact, else its company.
{{ config(enabled = has_source('tap-hubspot'), materialized = 'view') }}

select
    source,
    id as transaction_id,
    'opportunity' as kind,
    coalesce({{ json_text('contact_ids', '$[0]') }}, 'company:' || {{ json_text('company_ids', '$[0]') }}) as party_record_id,
    amount,
    deal_currency_code as currency,
    dealstage as stage,
    coalesce(createdate, created_at) as occurred_at,
    case when hs_is_closed = 'true' then closedate end as closed_at,
    deleted,
    json_object(
        'name', dealname, 'pipeline', pipeline, 'type', dealtype, 'won', hs_is_closed_won,
        'expected_on', closedate, 'owner', hubspot_owner_id, 'custom', custom
    ) as attributes,
    loaded_package
from {{ ref('stg_hubspot__deals') }}
