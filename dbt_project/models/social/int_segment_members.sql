{{ config(schema='intermediate', alias='segment_members', materialized='view') }}
-- Grain: one customer in one declared segment, now. A view: to ask the few columns of a condition again costs less
-- than to write down who is in it.
{% for segment, about in (var('social', {}).get('segments') or {}).items() %}
select {{ sql_text(segment) }} as segment, customer_id
from {{ ref('customer_measures') }}
where {{ about.when }}
union all
{% endfor %}
select null::varchar as segment, customer_id
from {{ ref('customer_measures') }}
where false
