-- Grain: one source record of a person or organisation. A new platform adds its line here.
{{ union_shape('contacts', [
    'stg_mapped__contacts',
]) }}
