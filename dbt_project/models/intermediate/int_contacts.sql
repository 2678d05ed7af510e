-- Grain: one source record of a person or organisation. A new platform adds its line here.
{{ config(alias='contacts') }}
{{ union_shape('contacts', [
    ('tap-feed', 'map_feed__contacts'),
    ('tap-imap', 'map_imap__contacts'),
    ('tap-wordpress', 'map_wordpress__contacts'),
]) }}
