-- Grain: one business event of a source that hub.yaml maps by `shape:`.
{{ config(
    materialized = 'incremental',
    unique_key = ['source', 'transaction_id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_changed_mappings('transactions') }}"
) }}

{{ mapped_shape('transactions') }}
