-- Grain: one opportunity, quotation or order.
{{ config(enabled = has_source('tap-odoo'), materialized = 'view') }}

select
    source,
    'opportunity:' || id as transaction_id,
    'opportunity' as kind,
    coalesce(partner_id, 'lead:' || id) as party_record_id,
    coalesce(expected_revenue, planned_revenue) as amount,
    company_currency as currency,
    stage,
    create_date as occurred_at,
    date_closed as closed_at,
    deleted,
    json_object('name', name, 'probability', probability, 'lost_reason', lost_reason, 'active', active) as attributes,
    loaded_package
from {{ ref('stg_odoo__leads') }}
where deleted or type = 'opportunity'

union all by name

select
    source,
    'order:' || id as transaction_id,
    case when state in ('draft', 'sent') then 'quotation' else 'order' end as kind,
    partner_id as party_record_id,
    amount_total as amount,
    currency,
    state as stage,
    coalesce(date_order, create_date) as occurred_at,
    deleted,
    json_object(
        'name', name, 'untaxed', amount_untaxed, 'opportunity', 'opportunity:' || opportunity_id,
        'reference', client_order_ref
    ) as attributes,
    loaded_package
from {{ ref('stg_odoo__orders') }}
