-- Grain: one case, newest state.
{{ config(
    enabled = has_source('tap-salesforce'),
    materialized = 'incremental',
    unique_key = ['source', 'Id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-salesforce') }}"
) }}

{{ staged(
    tap = 'tap-salesforce',
    stream = 'cases',
    key = ['Id'],
    columns = {
        'Id': 'varchar', 'IsDeleted': 'boolean', 'CreatedDate': 'timestamptz', 'SystemModstamp': 'timestamptz',
        'OwnerId': 'varchar', 'RecordTypeId': 'varchar', 'CaseNumber': 'varchar', 'ContactId': 'varchar', 'AccountId':
        'varchar', 'ParentId': 'varchar', 'Subject': 'varchar', 'Description': 'varchar', 'Status': 'varchar',
        'Priority': 'varchar', 'Origin': 'varchar', 'Type': 'varchar', 'Reason': 'varchar', 'IsClosed': 'boolean',
        'ClosedDate': 'timestamptz', 'LastModifiedDate': 'timestamptz',
    }
) }}
