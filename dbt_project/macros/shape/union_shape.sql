{# The union of the platforms' mappings onto a shape: columns of the shape only, in its order. #}
{% macro union_shape(shape, models) %}
    {% for model in models %}
    select
        {% for name, type in shape_columns(shape).items() -%}
        {{ empty_for_null(name, type) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
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
