-- Grain: one customer; what Contact of Salesforce should look like.
-- Salesforce spells its fields so.
-- noqa: disable=CP02,AL09
{{ config(enabled=is_activated('sync_salesforce__contacts')) }}

select
    tessera_id,
    given_name as FirstName,
    coalesce(family_name, full_name) as LastName,
    email as Email,
    phone as Phone,
    street as MailingStreet,
    city as MailingCity,
    postal_code as MailingPostalCode,
    job_title as Title,
    handles as Tessera_Handles__c,
    engagement as Tessera_Engagement__c,
    advocate as Tessera_Advocate__c,
    risk as Tessera_Risk__c,
    last_conversations as Tessera_Last_Conversations__c
from {{ ref('act_profiles') }}
