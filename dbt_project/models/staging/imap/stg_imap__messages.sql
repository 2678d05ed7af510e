-- Grain: one message of a mailbox, newest state.
{{ config(
    enabled = has_source('tap-imap'),
    materialized = 'incremental',
    unique_key = ['source', 'id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_removed_sources('tap-imap') }}"
) }}

{{ staged(
    tap = 'tap-imap',
    stream = 'messages',
    key = ['id'],
    columns = {
        'id': 'varchar', 'message_id': 'varchar', 'in_reply_to': 'varchar', 'references': 'json',
        'thread_id': 'varchar', 'subject': 'varchar', 'from': 'json', 'reply_to': 'json', 'to': 'json',
        'cc': 'json', 'sent_at': 'timestamptz', 'received_at': 'timestamptz', 'direction': 'varchar',
        'automatic': 'boolean', 'list_id': 'varchar', 'text': 'varchar', 'attachments': 'json',
        'folder': 'varchar', 'flags': 'json',
    }
) }}
