{# The union of the platforms' mappings onto a shape: columns of the shape only, in its order. #}
{% macro union_shape(shape, models) %}
    {% for model in models %}
    select
        {% for name, type in shape_columns(shape).items() -%}
        cast({{ name }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
