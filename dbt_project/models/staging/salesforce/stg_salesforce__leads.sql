-- Grain: one lead, newest state.
{{ config(
    enabled = has_source('tap-salesforce'),
    materialized = 'incremental',
    unique_key = ['source', 'Id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-salesforce') }}"
) }}

{{ staged(
    tap = 'tap-salesforce',
    stream = 'leads',
    key = ['Id'],
    columns = {
        'Id': 'varchar', 'IsDeleted': 'boolean', 'CreatedDate': 'timestamptz', 'SystemModstamp': 'timestamptz',
        'OwnerId': 'varchar', 'RecordTypeId': 'varchar', 'FirstName': 'varchar', 'LastName': 'varchar', 'Name':
        'varchar', 'Company': 'varchar', 'Title': 'varchar', 'Email': 'varchar', 'Phone': 'varchar', 'MobilePhone':
        'varchar', 'Website': 'varchar', 'Description': 'varchar', 'Street': 'varchar', 'City': 'varchar', 'State':
        'varchar', 'PostalCode': 'varchar', 'Country': 'varchar', 'Status': 'varchar', 'LeadSource': 'varchar',
        'IsConverted': 'boolean', 'ConvertedContactId': 'varchar', 'HasOptedOutOfEmail': 'boolean', 'DoNotCall':
        'boolean', 'MasterRecordId': 'varchar',
    }
) }}
