{{ config(schema='intermediate', alias='social_declared') }}
-- Grain: one declaration as JSON, for models in Python: they see relations, not variables.
{% set social = var('social', {}) %}
select 'classifiers' as name, {{ sql_text((social.get('classifiers') or {}) | tojson) }} as value
union all
select 'practices', {{ sql_text((social.get('practices') or {}) | tojson) }}
