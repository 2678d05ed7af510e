-- Grain: one thing said or done in a conversation of a source that hub.yaml maps by `shape:`.
{{ config(
    materialized = 'incremental',
    unique_key = ['source', 'interaction_id'],
    incremental_strategy = 'delete+insert',
    pre_hook = "{{ forget_changed_mappings('interactions') }}"
) }}

{{ mapped_shape('interactions') }}
