{# The active ones of a party's parts, a JSON array of objects. #}
{% macro tryton_active(parts) -%}
    to_json(list_filter(cast({{ parts }} as json[]), lambda part: (part ->> '$.active') = 'true'))
{%- endmacro %}

{# What a party is reached by: the active contact mechanisms of these types. #}
{% macro tryton_reached(types) -%}
    list_transform(
        list_filter(
            cast({{ tryton_active('contact_mechanisms') }} as json[]),
            lambda part: (part ->> '$.type') in ({% for type in types %}'{{ type }}'{{ ', ' if not loop.last }}{% endfor %})
        ),
        lambda part: part ->> '$.value'
    )
{%- endmacro %}
