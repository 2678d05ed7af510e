{# Whether a destination of hub.yaml writes from this table: others are not built. #}
{% macro is_activated(relation) %}
    {% for relations in var('destinations', {}).values() if relation in relations %}{{ return(true) }}{% endfor %}
    {{ return(false) }}
{% endmacro %}
