-- Grain: one thing said or done in a conversation. A new platform adds its line here.
{{ config(alias='interactions') }}
{{ union_shape('interactions', [
    ('tap-salesforce', 'map_salesforce__interactions'),
    ('tap-bluesky', 'map_bluesky__interactions'),
    ('tap-hubspot', 'map_hubspot__interactions'),
    ('tap-reddit', 'map_reddit__interactions'),
    ('tap-dynamics', 'map_dynamics__interactions'),
    ('tap-facebook', 'map_facebook__interactions'),
    ('tap-suitecrm', 'map_suitecrm__interactions'),
    ('tap-x', 'map_x__interactions'),
    ('tap-odoo', 'map_odoo__interactions'),
    ('tap-youtube', 'map_youtube__interactions'),
    ('tap-discourse', 'map_discourse__interactions'),
    ('tap-feed', 'map_feed__interactions'),
    ('tap-imap', 'map_imap__interactions'),
    ('tap-mastodon', 'map_mastodon__interactions'),
    ('tap-wordpress', 'map_wordpress__interactions'),
]) }}
