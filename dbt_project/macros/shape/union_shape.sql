{#
  The union of the rooms' mappings onto a shape: columns of the shape only, in its order;
  a mapping gives those it knows, the others are null, and so is what somebody said and deleted.
  `rooms`: (tap, model) of each platform. Its models are built only where hub.yaml has a source with that
  tap, so that a hub pays for the platforms it uses:  {{ config(enabled=has_source('tap-mastodon')) }}
#}
{% macro union_shape(shape, rooms) %}
    {% for tap, model in [(none, 'stg_mapped__' ~ shape)] + rooms if tap is none or has_source(tap) %}
    {{ 'union all' if not loop.first }}
    select
        {% for name, type in shape_columns(shape).items() -%}
        {% set value = empty_for_null(name, type) -%}
        {{ 'case when not coalesce(cast(deleted as boolean), false) then ' ~ value ~ ' end' if name in said_columns(shape) else value }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from (
        select * from {{ ref(model) }}
        union all by name
        {{ empty_shape(shape) }}
    )
    {% endfor %}
{% endmacro %}

{# Lists are empty rather than null, flags false rather than unknown: consumers need not ask. #}
{% macro empty_for_null(name, type) %}{{ return(adapter.dispatch('empty_for_null', 'tessera')(name, type)) }}{% endmacro %}
{% macro default__empty_for_null(name, type) -%}
    {%- if type.endswith('[]') -%}
        coalesce(cast({{ name }} as {{ type }}), [])
    {%- elif name == 'deleted' -%}
        coalesce(cast({{ name }} as boolean), false)
    {%- else -%}
        cast({{ name }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
