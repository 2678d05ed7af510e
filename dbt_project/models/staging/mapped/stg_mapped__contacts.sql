-- Grain: one record of a person or organisation of a source that hub.yaml maps by `shape:`.
{{ config(
    materialized = 'incremental',
    unique_key = ['source', 'source_record_id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_changed_mappings('contacts') }}"
) }}

{{ mapped_shape('contacts') }}
