-- Grain: one business event. A new platform adds its line here.
{{ config(alias='transactions') }}
{{ union_shape('transactions', [
    ('tap-salesforce', 'map_salesforce__transactions'),
    ('tap-hubspot', 'map_hubspot__transactions'),
    ('tap-dynamics', 'map_dynamics__transactions'),
    ('tap-suitecrm', 'map_suitecrm__transactions'),
    ('tap-odoo', 'map_odoo__transactions'),
    ('tap-tryton', 'map_tryton__transactions'),
]) }}
