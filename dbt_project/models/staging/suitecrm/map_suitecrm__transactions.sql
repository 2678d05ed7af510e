-- Grain: one opportunity.
{{ config(enabled = has_source('tap-suitecrm'), materialized = 'view') }}

select
    source,
    id as transaction_id,
    'opportunity' as kind,
    'account:' || account_id as party_record_id,
    amount,
    currency,
    sales_stage as stage,
    date_entered as occurred_at,
    case when sales_stage like 'Closed%' then cast(date_closed as timestamptz) end as closed_at,
    deleted,
    json_object('name', name, 'probability', probability, 'expected_on', date_closed) as attributes,
    loaded_package
from {{ ref('stg_suitecrm__opportunities') }}
