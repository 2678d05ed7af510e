-- Grain: one opportunity, newest state.
{{ config(
    enabled = has_source('tap-salesforce'),
    materialized = 'incremental',
    unique_key = ['source', 'Id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-salesforce') }}"
) }}

{{ staged(
    tap = 'tap-salesforce',
    stream = 'opportunities',
    key = ['Id'],
    columns = {
        'Id': 'varchar', 'IsDeleted': 'boolean', 'CreatedDate': 'timestamptz', 'SystemModstamp': 'timestamptz',
        'OwnerId': 'varchar', 'RecordTypeId': 'varchar', 'Name': 'varchar', 'AccountId': 'varchar', 'ContactId':
        'varchar', 'Amount': 'decimal(38, 6)', 'CurrencyIsoCode': 'varchar', 'StageName': 'varchar', 'Type':
        'varchar', 'Probability': 'decimal(38, 6)', 'CloseDate': 'date', 'IsClosed': 'boolean', 'IsWon': 'boolean',
        'LeadSource': 'varchar',
    }
) }}
