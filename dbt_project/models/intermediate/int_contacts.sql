-- Grain: one source record of a person or organisation. A new platform adds its line here. What the hub itself
-- wrote into a CRM is no evidence: those values are taken out (macros/activation/echo.sql).
{{ config(alias='contacts') }}
with contacts as (
    {{ union_shape('contacts', [
    ('tap-salesforce', 'map_salesforce__contacts'),
    ('tap-bluesky', 'map_bluesky__contacts'),
    ('tap-hubspot', 'map_hubspot__contacts'),
    ('tap-reddit', 'map_reddit__contacts'),
    ('tap-dynamics', 'map_dynamics__contacts'),
    ('tap-facebook', 'map_facebook__contacts'),
    ('tap-suitecrm', 'map_suitecrm__contacts'),
    ('tap-x', 'map_x__contacts'),
    ('tap-odoo', 'map_odoo__contacts'),
    ('tap-tryton', 'map_tryton__contacts'),
    ('tap-youtube', 'map_youtube__contacts'),
    ('tap-discourse', 'map_discourse__contacts'),
        ('tap-feed', 'map_feed__contacts'),
        ('tap-imap', 'map_imap__contacts'),
        ('tap-mastodon', 'map_mastodon__contacts'),
    ('tap-wordpress', 'map_wordpress__contacts'),
    ]) }}
)
{{ echoes() }}
{{ without_echo('contacts') }}
