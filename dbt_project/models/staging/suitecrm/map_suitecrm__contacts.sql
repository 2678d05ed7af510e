-- Grain: one contact, account or lead.
{{ config(enabled = has_source('tap-suitecrm'), materialized = 'view') }}

select
    source,
    id as source_record_id,
    'person' as kind,
    nullif(concat_ws(' ', first_name, last_name), '') as full_name,
    first_name as given_name,
    last_name as family_name,
    {{ text_list(['email1']) }} as emails,
    {{ text_list(['phone_work', 'phone_mobile', 'phone_home']) }} as phones,
    primary_address_street as street,
    primary_address_city as city,
    primary_address_state as region,
    primary_address_postalcode as postal_code,
    primary_address_country as country,
    birthdate as birth_date,
    account_name as company,
    title as job_title,
    date_entered as created_at,
    date_modified as updated_at,
    deleted,
    json_object(
        'department', department, 'lead_source', lead_source, 'account', 'account:' || account_id,
        'consents', {{ opt_outs({'email:marketing': 'email_opt_out', 'phone:marketing': 'do_not_call'}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_suitecrm__contacts') }}

union all by name

select
    source,
    'lead:' || id as source_record_id,
    'person' as kind,
    nullif(concat_ws(' ', first_name, last_name), '') as full_name,
    first_name as given_name,
    last_name as family_name,
    {{ text_list(['website']) }} as links,
    {{ text_list(['email1']) }} as emails,
    {{ text_list(['phone_work', 'phone_mobile', 'phone_home']) }} as phones,
    primary_address_street as street,
    primary_address_city as city,
    primary_address_state as region,
    primary_address_postalcode as postal_code,
    primary_address_country as country,
    birthdate as birth_date,
    account_name as company,
    title as job_title,
    date_entered as created_at,
    date_modified as updated_at,
    deleted,
    json_object(
        'department', department, 'lead_source', lead_source, 'status', status, 'contact', contact_id,
        'consents', {{ opt_outs({'email:marketing': 'email_opt_out', 'phone:marketing': 'do_not_call'}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_suitecrm__leads') }}

union all by name

select
    source,
    'account:' || id as source_record_id,
    'organisation' as kind,
    name as full_name,
    {{ text_list(['website']) }} as links,
    {{ text_list(['email1']) }} as emails,
    {{ text_list(['phone_office', 'phone_alternate']) }} as phones,
    billing_address_street as street,
    billing_address_city as city,
    billing_address_state as region,
    billing_address_postalcode as postal_code,
    billing_address_country as country,
    date_entered as created_at,
    date_modified as updated_at,
    deleted,
    json_object(
        'type', account_type, 'industry', industry,
        'consents', {{ opt_outs({'email:marketing': 'email_opt_out'}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_suitecrm__accounts') }}
