-- Grain: one task, newest state.
{{ config(
    enabled = has_source('tap-salesforce'),
    materialized = 'incremental',
    unique_key = ['source', 'Id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-salesforce') }}"
) }}

{{ staged(
    tap = 'tap-salesforce',
    stream = 'tasks',
    key = ['Id'],
    columns = {
        'Id': 'varchar', 'IsDeleted': 'boolean', 'CreatedDate': 'timestamptz', 'SystemModstamp': 'timestamptz',
        'OwnerId': 'varchar', 'RecordTypeId': 'varchar', 'WhoId': 'varchar', 'WhatId': 'varchar', 'AccountId':
        'varchar', 'Subject': 'varchar', 'Description': 'varchar', 'Status': 'varchar', 'TaskSubtype': 'varchar',
        'CallType': 'varchar', 'ActivityDate': 'date', 'CompletedDateTime': 'timestamptz', 'IsClosed': 'boolean',
    }
) }}
