-- Grain: one party. Tryton does not tell people from organisations; its first active address is the main one.
{{ config(enabled = has_source('tap-tryton'), materialized = 'view') }}

with parties as (
    select *, {{ tryton_active('addresses') }} -> '$[0]' as place
    from {{ ref('stg_tryton__parties') }}
)

select
    source,
    id as source_record_id,
    'unknown' as kind,
    name as full_name,
    {{ tryton_reached(['website']) }} as links,
    {{ tryton_reached(['email']) }} as emails,
    {{ tryton_reached(['phone', 'mobile']) }} as phones,
    {{ json_text('place', '$.street') }} as street,
    {{ json_text('place', '$.city') }} as city,
    {{ json_text('place', '$.region') }} as region,
    {{ json_text('place', '$.postal_code') }} as postal_code,
    {{ json_text('place', '$.country') }} as country,
    create_date as created_at,
    changed_at as updated_at,
    deleted,
    json_object('code', code, 'active', active, 'replaced_by', replaced_by) as attributes,
    loaded_package
from parties
