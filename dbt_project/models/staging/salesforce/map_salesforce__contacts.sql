-- Grain: one contact, lead or account; an id says by itself which of them it names.
{{ config(enabled = has_source('tap-salesforce'), materialized = 'view') }}

select
    source,
    Id as source_record_id,
    'person' as kind,
    coalesce(Name, nullif(concat_ws(' ', FirstName, LastName), '')) as full_name,
    FirstName as given_name,
    LastName as family_name,
    {{ text_list(['Email']) }} as emails,
    {{ text_list(['Phone', 'MobilePhone', 'HomePhone', 'OtherPhone']) }} as phones,
    MailingStreet as street,
    MailingCity as city,
    MailingState as region,
    MailingPostalCode as postal_code,
    MailingCountry as country,
    Birthdate as birth_date,
    Title as job_title,
    Description as bio,
    CreatedDate as created_at,
    coalesce(LastModifiedDate, SystemModstamp) as updated_at,
    deleted,
    json_object(
        'account', AccountId, 'department', Department, 'lead_source', LeadSource, 'merged_into', MasterRecordId,
        'consents', {{ opt_outs({'email:marketing': 'HasOptedOutOfEmail', 'phone:marketing': 'DoNotCall'}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_salesforce__contacts') }}

union all by name

select
    source,
    Id as source_record_id,
    'person' as kind,
    coalesce(Name, nullif(concat_ws(' ', FirstName, LastName), '')) as full_name,
    FirstName as given_name,
    LastName as family_name,
    {{ text_list(['Website']) }} as links,
    {{ text_list(['Email']) }} as emails,
    {{ text_list(['Phone', 'MobilePhone']) }} as phones,
    Street as street,
    City as city,
    State as region,
    PostalCode as postal_code,
    Country as country,
    Company as company,
    Title as job_title,
    Description as bio,
    CreatedDate as created_at,
    SystemModstamp as updated_at,
    deleted,
    json_object(
        'status', Status, 'lead_source', LeadSource, 'converted_into', ConvertedContactId, 'merged_into', MasterRecordId,
        'consents', {{ opt_outs({'email:marketing': 'HasOptedOutOfEmail', 'phone:marketing': 'DoNotCall'}) }}
    ) as attributes,
    loaded_package
from {{ ref('stg_salesforce__leads') }}

union all by name

select
    source,
    Id as source_record_id,
    case when IsPersonAccount then 'person' else 'organisation' end as kind,
    Name as full_name,
    {{ text_list(['Website']) }} as links,
    {{ text_list(['PersonEmail']) }} as emails,
    {{ text_list(['Phone']) }} as phones,
    BillingStreet as street,
    BillingCity as city,
    BillingState as region,
    BillingPostalCode as postal_code,
    BillingCountry as country,
    Description as bio,
    CreatedDate as created_at,
    SystemModstamp as updated_at,
    deleted,
    json_object(
        'type', Type, 'industry', Industry, 'employees', NumberOfEmployees, 'parent', ParentId, 'merged_into', MasterRecordId
    ) as attributes,
    loaded_package
from {{ ref('stg_salesforce__accounts') }}
