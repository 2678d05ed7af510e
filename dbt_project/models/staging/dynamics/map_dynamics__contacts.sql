-- Grain: one contact, lead or account.
{{ config(enabled = has_source('tap-dynamics'), materialized = 'view') }}

select
    source,
    id as source_record_id,
    'person' as kind,
    fullname as full_name,
    firstname as given_name,
    lastname as family_name,
    jobtitle as job_title,
    parentcustomerid_name as company,
    birthdate as birth_date,
    {{ text_list(['websiteurl']) }} as links,
    {{ text_list(['emailaddress1', 'emailaddress2']) }} as emails,
    {{ text_list(['telephone1', 'mobilephone', 'telephone2']) }} as phones,
    nullif(concat_ws(', ', address1_line1, address1_line2), '') as street,
    address1_city as city,
    address1_stateorprovince as region,
    address1_postalcode as postal_code,
    address1_country as country,
    createdon as created_at,
    modifiedon as updated_at,
    deleted,
    json_object(
        'state', statecode,
        'consents', {{ opt_outs({'email:marketing': 'coalesce(donotemail, false) or coalesce(donotbulkemail, false)', 'phone:marketing': 'donotphone'}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_dynamics__contacts') }}

union all by name

select
    source,
    'lead:' || id as source_record_id,
    'person' as kind,
    fullname as full_name,
    firstname as given_name,
    lastname as family_name,
    jobtitle as job_title,
    companyname as company,
    {{ text_list(['websiteurl']) }} as links,
    {{ text_list(['emailaddress1']) }} as emails,
    {{ text_list(['telephone1', 'mobilephone']) }} as phones,
    nullif(concat_ws(', ', address1_line1, address1_line2), '') as street,
    address1_city as city,
    address1_stateorprovince as region,
    address1_postalcode as postal_code,
    address1_country as country,
    createdon as created_at,
    modifiedon as updated_at,
    deleted,
    json_object(
        'state', statecode,
        'consents', {{ opt_outs({'email:marketing': 'coalesce(donotemail, false) or coalesce(donotbulkemail, false)', 'phone:marketing': 'donotphone'}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_dynamics__leads') }}

union all by name

select
    source,
    'account:' || id as source_record_id,
    'organisation' as kind,
    name as full_name,
    {{ text_list(['websiteurl']) }} as links,
    {{ text_list(['emailaddress1']) }} as emails,
    {{ text_list(['telephone1', 'telephone2']) }} as phones,
    nullif(concat_ws(', ', address1_line1, address1_line2), '') as street,
    address1_city as city,
    address1_stateorprovince as region,
    address1_postalcode as postal_code,
    address1_country as country,
    createdon as created_at,
    modifiedon as updated_at,
    deleted,
    json_object(
        'state', statecode,
        'consents', {{ opt_outs({'email:marketing': 'coalesce(donotemail, false) or coalesce(donotbulkemail, false)', 'phone:marketing': 'donotphone'}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_dynamics__accounts') }}
