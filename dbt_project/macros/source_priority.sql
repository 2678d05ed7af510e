{# Rank of a source in survivorship: hub.yaml `identity.source_priority` first, then books (no platform), then platforms. #}
{% macro source_priority(source, platform) -%}
    case
        {% for name in var('identity').get('source_priority') or [] %}
        when {{ source }} = {{ sql_text(name) }} then {{ loop.index }}
        {% endfor %}
        when {{ platform }} is null then 1000
        else 2000
    end
{%- endmacro %}
