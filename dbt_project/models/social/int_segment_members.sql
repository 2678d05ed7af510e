{{ config(schema='intermediate', alias='segment_members', materialized='view') }}
-- Grain: one customer in one declared segment, now. A view: to ask the few columns of a condition again costs less
-- than to write down who is in it. `membership` is one number of both.
{% for segment, about in (var('social', {}).get('segments') or {}).items() %}
select {{ sql_text(segment) }} as segment, customer_id, hash({{ sql_text(segment) }}, customer_id) as membership
from {{ ref('customer_measures') }}
where {{ about.when }}
union all
{% endfor %}
select null::varchar as segment, customer_id, null::ubigint as membership
from {{ ref('customer_measures') }}
where false
