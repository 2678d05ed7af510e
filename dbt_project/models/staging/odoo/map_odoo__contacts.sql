-- Grain: one partner, or one lead that names somebody.
{{ config(enabled = has_source('tap-odoo'), materialized = 'view') }}

select
    source,
    id as source_record_id,
    case when is_company then 'organisation' else 'person' end as kind,
    name as full_name,
    {{ text_list(['website']) }} as links,
    {{ text_list(['coalesce(email_normalized, email)']) }} as emails,
    {{ text_list(['phone', 'mobile']) }} as phones,
    nullif(concat_ws(', ', street, street2), '') as street,
    city,
    state as region,
    zip as postal_code,
    country,
    case when not is_company then coalesce(commercial_company_name, parent, company_name) end as company,
    function as job_title,
    lang as language,
    create_date as created_at,
    write_date as updated_at,
    deleted,
    json_object(
        'active', active, 'ref', ref, 'vat', vat, 'address_type', type, 'ours', not partner_share,
        'consents', {{ opt_outs({'email:marketing': 'coalesce(is_blacklisted, opt_out)', 'phone:marketing': 'phone_blacklisted'}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_odoo__partners') }}

union all by name

select
    source,
    'lead:' || id as source_record_id,
    case when contact_name is null and partner_name is not null then 'organisation' else 'person' end as kind,
    coalesce(contact_name, partner_name) as full_name,
    {{ text_list(['website']) }} as links,
    {{ text_list(['coalesce(email_normalized, email_from)']) }} as emails,
    {{ text_list(['phone', 'mobile']) }} as phones,
    nullif(concat_ws(', ', street, street2), '') as street,
    city,
    state as region,
    zip as postal_code,
    country,
    case when contact_name is not null then partner_name end as company,
    function as job_title,
    create_date as created_at,
    write_date as updated_at,
    deleted,
    json_object(
        'active', active, 'partner', partner_id,
        'consents', {{ opt_outs({'email:marketing': 'coalesce(is_blacklisted, opt_out)'}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_odoo__leads') }}
where deleted or coalesce(contact_name, partner_name, email_from, phone, mobile) is not null
