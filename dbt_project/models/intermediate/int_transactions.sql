-- Grain: one business event. A new platform adds its line here.
{{ config(alias='transactions') }}
{{ union_shape('transactions', [
    ('tap-tryton', 'map_tryton__transactions'),
]) }}
