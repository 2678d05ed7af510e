-- Grain: one sales opportunity.
{{ config(enabled = has_source('tap-tryton'), materialized = 'view') }}

select
    source,
    id as transaction_id,
    'opportunity' as kind,
    coalesce(contact, party) as party_record_id,
    amount,
    currency,
    state as stage,
    coalesce(cast(start_date as timestamptz), create_date) as occurred_at,
    cast(end_date as timestamptz) as closed_at,
    deleted,
    json_object(
        'number', number, 'description', description, 'party', party,
        'probability', conversion_probability, 'lost_reason', lost_reason
    ) as attributes,
    loaded_package
from {{ ref('stg_tryton__opportunities') }}
