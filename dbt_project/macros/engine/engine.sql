{#
  What differs between engines. Models call these and keep to plain SQL otherwise, so that another
  engine needs its own `<engine>__name` here and nothing else.
#}

{% macro json_text(json, path) %}{{ return(adapter.dispatch('json_text', 'tessera')(json, path)) }}{% endmacro %}
{% macro default__json_text(json, path) %}({{ json }} ->> '{{ path }}'){% endmacro %}
{% macro spark__json_text(json, path) %}get_json_object({{ json }}, '{{ path }}'){% endmacro %}

{# A JSON array as a list of strings: its scalars, or one field of its objects; null stays null. #}
{% macro json_list(json, path, field='') %}{{ return(adapter.dispatch('json_list', 'tessera')(json, path, field)) }}{% endmacro %}
{% macro default__json_list(json, path, field='') -%}
    json_extract_string({{ json }}, '{{ path }}[*]{{ '.' ~ field if field }}')
{%- endmacro %}
{% macro spark__json_list(json, path, field='') -%}
    {%- if field -%}
        transform(from_json(get_json_object({{ json }}, '{{ path }}'), 'array<map<string, string>>'), item -> item['{{ field }}'])
    {%- else -%}
        from_json(get_json_object({{ json }}, '{{ path }}'), 'array<string>')
    {%- endif -%}
{%- endmacro %}

{# A list of the given scalars, as text, without nulls and empty strings. #}
{% macro text_list(expressions) %}{{ return(adapter.dispatch('text_list', 'tessera')(expressions)) }}{% endmacro %}
{% macro default__text_list(expressions) -%}
    list_filter([
        {%- for e in expressions %}nullif(trim(cast({{ e }} as varchar)), ''){{ ', ' if not loop.last }}{% endfor -%}
    ]::varchar[], lambda item: item is not null)
{%- endmacro %}
{% macro spark__text_list(expressions) -%}
    filter(array(
        {%- for e in expressions %}nullif(trim(cast({{ e }} as string)), ''){{ ', ' if not loop.last }}{% endfor -%}
    ), item -> item is not null)
{%- endmacro %}

{# One row per element of a list column: use in the select list. #}
{% macro explode(list) %}{{ return(adapter.dispatch('explode', 'tessera')(list)) }}{% endmacro %}
{% macro default__explode(list) %}unnest({{ list }}){% endmacro %}
{% macro spark__explode(list) %}explode({{ list }}){% endmacro %}

{# Distinct non-null values of a group as a sorted list. #}
{% macro distinct_list(value) %}{{ return(adapter.dispatch('distinct_list', 'tessera')(value)) }}{% endmacro %}
{% macro default__distinct_list(value) -%}
    coalesce(list_sort(list(distinct {{ value }}) filter ({{ value }} is not null)), [])
{%- endmacro %}
{% macro spark__distinct_list(value) %}array_sort(collect_set({{ value }})){% endmacro %}

{# Text of a date in the forms that legacy exports use; ISO first, then month before day. #}
{% macro parse_date(text) %}{{ return(adapter.dispatch('parse_date', 'tessera')(text)) }}{% endmacro %}
{% macro default__parse_date(text) -%}
    coalesce(
        try_cast({{ text }} as date),
        cast(try_strptime({{ text }}, ['%Y%m%d', '%Y/%m/%d', '%d.%m.%Y', '%m/%d/%Y', '%d/%m/%Y']) as date)
    )
{%- endmacro %}

{# Text of an instant, UTC unless it says otherwise; the last form is the one of X's API v1.1. #}
{% macro parse_instant(text) %}{{ return(adapter.dispatch('parse_instant', 'tessera')(text)) }}{% endmacro %}
{% macro default__parse_instant(text) -%}
    coalesce(
        try_cast({{ text }} as timestamptz),
        cast(try_strptime({{ text }}, ['%a %b %d %H:%M:%S %z %Y', '%a, %d %b %Y %H:%M:%S %z']) as timestamptz),
        cast(try_strptime({{ text }}, ['%m/%d/%Y %H:%M', '%m/%d/%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y']) as timestamptz)
    )
{%- endmacro %}

{# The value of the row that comes first by the given order (a text expression that sorts descending). #}
{% macro latest_by(value, order) %}{{ return(adapter.dispatch('latest_by', 'tessera')(value, order)) }}{% endmacro %}
{% macro default__latest_by(value, order) %}max_by({{ value }}, {{ order }}){% endmacro %}

{# The text of a piece of HTML: breaks and paragraphs as line ends, tags gone, the usual entities resolved. #}
{% macro plain_text(html) %}{{ return(adapter.dispatch('plain_text', 'tessera')(html)) }}{% endmacro %}
{% macro default__plain_text(html) -%}
    trim(
        {%- for _ in range(6) %}replace({% endfor -%}
        regexp_replace(
            regexp_replace({{ html }}, '<br[^>]*>|</(p|div|li|h[1-6]|blockquote)>', chr(10), 'gi'), '<[^>]*>', '', 'g'
        )
        {%- for entity, text in [('&lt;', '<'), ('&gt;', '>'), ('&quot;', '"'), ('&#39;', "''"), ('&nbsp;', ' '), ('&amp;', '&')] -%}
        , '{{ entity }}', '{{ text }}')
        {%- endfor %}
    , chr(10) || ' ')
{%- endmacro %}

{# What the first group of a pattern matches, each time it does. #}
{% macro all_matches(text, pattern) %}{{ return(adapter.dispatch('all_matches', 'tessera')(text, pattern)) }}{% endmacro %}
{% macro default__all_matches(text, pattern) %}regexp_extract_all({{ text }}, {{ sql_text(pattern) }}, 1){% endmacro %}
{% macro spark__all_matches(text, pattern) %}regexp_extract_all({{ text }}, r{{ sql_text(pattern) }}, 1){% endmacro %}

{# The host of a URL, with its port if it names one. #}
{% macro url_host(url) %}{{ return(adapter.dispatch('url_host', 'tessera')(url)) }}{% endmacro %}
{% macro default__url_host(url) %}regexp_extract({{ url }}, '^https?://([^/]+)', 1){% endmacro %}

{#
  Rows of a table whose columns stand among keys, all columns of them. Few keys of a large table are looked for in the
  key columns alone; the others are read only where a key was found, which is mostly at the end: what is new stands there.
#}
{% macro rows_by(table, keys, columns) %}{{ return(adapter.dispatch('rows_by', 'tessera')(table, keys, columns)) }}{% endmacro %}
{% macro default__rows_by(table, keys, columns) -%}
    (
        select *
        from {{ table }}
        where rowid in (
            select looked_at.rowid
            from {{ table }} as looked_at
            semi join {{ keys }} as wanted
                on {% for column in columns %}looked_at.{{ column }} = wanted.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
        )
    )
{%- endmacro %}
{% macro spark__rows_by(table, keys, columns) -%}
    (
        select table.*
        from {{ table }} as table
        left semi join {{ keys }} as wanted
            on {% for column in columns %}table.{{ column }} = wanted.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    )
{%- endmacro %}
