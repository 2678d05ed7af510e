-- Grain: one contact, newest state.
{{ config(
    enabled = has_source('tap-salesforce'),
    materialized = 'incremental',
    unique_key = ['source', 'Id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-salesforce') }}"
) }}

{{ staged(
    tap = 'tap-salesforce',
    stream = 'contacts',
    key = ['Id'],
    columns = {
        'Id': 'varchar', 'IsDeleted': 'boolean', 'CreatedDate': 'timestamptz', 'SystemModstamp': 'timestamptz',
        'OwnerId': 'varchar', 'RecordTypeId': 'varchar', 'AccountId': 'varchar', 'FirstName': 'varchar', 'LastName':
        'varchar', 'Name': 'varchar', 'Email': 'varchar', 'Phone': 'varchar', 'MobilePhone': 'varchar', 'HomePhone':
        'varchar', 'OtherPhone': 'varchar', 'Title': 'varchar', 'Department': 'varchar', 'Birthdate': 'date',
        'Description': 'varchar', 'MailingStreet': 'varchar', 'MailingCity': 'varchar', 'MailingState': 'varchar',
        'MailingPostalCode': 'varchar', 'MailingCountry': 'varchar', 'LeadSource': 'varchar', 'HasOptedOutOfEmail':
        'boolean', 'DoNotCall': 'boolean', 'MasterRecordId': 'varchar', 'LastModifiedDate': 'timestamptz',
    }
) }}
