{# The id of a visitor who comments without an account: see map_wordpress__contacts. #}
{% macro wordpress_visitor() -%}
    coalesce(
        'visitor:' || lower(nullif(author_email, '')),
        'visitor:' || lower(nullif(author_url, '')) || ':' || lower(nullif(author_name, ''))
    )
{%- endmacro %}
