{# The id of a feed's author: see map_feed__contacts. #}
{% macro feed_author() -%}
    coalesce(lower(nullif(author_email, '')), nullif(author_url, ''))
{%- endmacro %}
