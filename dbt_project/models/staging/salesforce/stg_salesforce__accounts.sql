-- Grain: one account, newest state.
{{ config(
    enabled = has_source('tap-salesforce'),
    materialized = 'incremental',
    unique_key = ['source', 'Id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-salesforce') }}"
) }}

{{ staged(
    tap = 'tap-salesforce',
    stream = 'accounts',
    key = ['Id'],
    columns = {
        'Id': 'varchar', 'IsDeleted': 'boolean', 'CreatedDate': 'timestamptz', 'SystemModstamp': 'timestamptz',
        'OwnerId': 'varchar', 'RecordTypeId': 'varchar', 'Name': 'varchar', 'Type': 'varchar', 'Industry': 'varchar',
        'Phone': 'varchar', 'Website': 'varchar', 'Description': 'varchar', 'NumberOfEmployees': 'bigint', 'ParentId':
        'varchar', 'BillingStreet': 'varchar', 'BillingCity': 'varchar', 'BillingState': 'varchar',
        'BillingPostalCode': 'varchar', 'BillingCountry': 'varchar', 'IsPersonAccount': 'boolean', 'PersonEmail':
        'varchar', 'MasterRecordId': 'varchar',
    }
) }}
