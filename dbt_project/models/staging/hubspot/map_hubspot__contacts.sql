-- Grain: one contact or company. Owners are our own people, so they are none.
{{ config(enabled = has_source('tap-hubspot'), materialized = 'view') }}

select
    source,
    id as source_record_id,
    'person' as kind,
    nullif(concat_ws(' ', firstname, lastname), '') as full_name,
    firstname as given_name,
    lastname as family_name,
    {{ text_list(['website', 'hs_linkedin_url']) }} as links,
    list_distinct({{ text_list(['email']) }} || coalesce(string_split(hs_additional_emails, ';'), [])) as emails,
    {{ text_list(['phone', 'mobilephone']) }} as phones,
    case when twitterhandle is not null then [{'platform': 'x', 'handle': ltrim(twitterhandle, '@')}] end as handles,
    address as street,
    city,
    state as region,
    zip as postal_code,
    country,
    {{ parse_date('date_of_birth') }} as birth_date,
    company,
    jobtitle as job_title,
    hs_language as language,
    coalesce(createdate, created_at) as created_at,
    updated_at,
    deleted,
    json_object(
        'lifecycle_stage', lifecyclestage, 'lead_status', hs_lead_status, 'company', 'company:' || associatedcompanyid,
        'owner', hubspot_owner_id, 'custom', custom,
        'consents', {{ opt_outs({'email:marketing': "hs_email_optout = 'true'"}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_hubspot__contacts') }}

union all by name

select
    source,
    'company:' || id as source_record_id,
    'organisation' as kind,
    name as full_name,
    {{ text_list(['coalesce(website, domain)', 'linkedin_company_page']) }} as links,
    {{ text_list(['phone']) }} as phones,
    case when twitterhandle is not null then [{'platform': 'x', 'handle': ltrim(twitterhandle, '@')}] end as handles,
    nullif(concat_ws(', ', address, address2), '') as street,
    city,
    state as region,
    zip as postal_code,
    country,
    description as bio,
    coalesce(createdate, created_at) as created_at,
    updated_at,
    deleted,
    json_object('industry', industry, 'employees', numberofemployees, 'owner', hubspot_owner_id, 'custom', custom) as attributes,
    loaded_package
from {{ ref('stg_hubspot__companies') }}
