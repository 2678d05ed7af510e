{#
  Sources whose columns nobody can know beforehand (files, SQL) are mapped by `shape:` in hub.yaml:
  column of the shape -> SQL expression over the stream's columns. A YAML list gives a list column of
  scalars; a string for a list column is taken as a list when its type is one, else as its one element.
#}

{# [(source, stream, mapping, id)] of every mapping onto the shape; the id changes when the mapping does. #}
{% macro mappings(shape) %}
    {% set found = [] %}
    {% for name, source in var('sources').items() %}
        {% for stream, given in (source.shape or {}).items() %}
            {% for mapping in ([given] if given is mapping else given) if mapping['as'] == shape %}
                {% do found.append((name, stream, mapping, local_md5(name ~ stream ~ tojson(mapping, sort_keys=true)))) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{# Rows of a mapping that hub.yaml changed or dropped leave, and the new mapping reads its packages anew. #}
{% macro forget_changed_mappings(shape) %}
    {% if is_incremental() %}
        delete from {{ this }}
        where mapping_id not in (''{% for m in mappings(shape) %}, '{{ m[3] }}'{% endfor %})
    {% endif %}
{% endmacro %}

{% macro mapped_shape(shape) %}
    {% set columns = shape_columns(shape) %}
    {% set key = shape_key(shape) %}
    {% set seen = bookmarks(by='mapping_id') %}
    {% set after = {} %}
    {% for source, stream, mapping, id in mappings(shape) %}
        {% do after.update({source: [after.get(source, seen.get(id, 0)), seen.get(id, 0)] | min}) %}
    {% endfor %}
    with mapped as (
        {% for source, stream, mapping, id in mappings(shape) %}
        {% set files = landing_files(source, stream, seen.get(id, 0)) %}
        {% if files %}
        select
            {{ mapped_columns(shape, source, stream, mapping, files) }}
            '{{ id }}' as mapping_id,
            {{ row_metadata(stream) }}
        from {{ without_blanks(files, mapping.key or []) }}
        where _tessera_package > {{ seen.get(id, 0) }} and _tessera_package <= {{ newest_package(source) }} {% if mapping.get("where") %}and ({{ mapping.where }}){% endif %}
        union all by name
        {% endif %}
        {% endfor %}
        select
            {% for name, type in columns.items() if name not in ('deleted', 'loaded_package') %}
            cast(null as {{ type }}) as {{ name }},
            {% endfor %}
            cast(null as varchar) as mapping_id,
            {{ row_metadata_types() }}
        where false
    ),

    keyed as (
        select * from mapped where {{ key }} is not null
    )
    {{ latest_version('keyed', [key], after, said_columns(shape)) }}
{% endmacro %}

{# The select list of one mapping; types are asked of the engine, so that a wrong column fails here, by name. #}
{% macro mapped_columns(shape, source, stream, mapping, files) %}
    {% set given = mapping.get("columns") or {} %}
    {% set key = shape_key(shape) %}
    {% for name in given if name not in shape_columns(shape) %}
        {{ exceptions.raise_compiler_error(
            'hub.yaml: sources.' ~ source ~ '.shape.' ~ stream ~ ': ' ~ name ~ ' is not a column of ' ~ shape
            ~ '; it has ' ~ (shape_columns(shape) | list | join(', '))) }}
    {% endfor %}
    {% set types = expression_types(given, files) %}
    {% for name, type in shape_columns(shape).items() if name not in ('deleted', 'loaded_package') %}
        {% set expression = given.get(name) %}
        {% if name == 'source' %}
            {{ sql_text(source) }}
        {% elif name == key and expression is none %}
            concat_ws(':', {% for k in mapping.key %}"{{ k }}"{{ ', ' if not loop.last }}{% endfor %})
        {% elif name == 'attributes' %}
            {{ mapped_attributes(mapping, files) }}
        {% elif name == 'channel' and expression is none %}
            {{ sql_text(source) }}
        {% elif name == 'direction' and expression is none %}
            'public'
        {% elif name == 'kind' and expression is none %}
            {{ sql_text({'contacts': 'unknown', 'interactions': 'post', 'transactions': 'order'}[shape]) }}
        {% elif expression is none %}
            cast(null as {{ type }})
        {% elif expression is mapping and name == 'handles' %}
            list_filter([
                {% for platform, handle in expression.items() %}
                {'platform': {{ sql_text(platform) }}, 'handle': nullif(trim(cast({{ handle }} as varchar)), '')}{{ ', ' if not loop.last }}
                {% endfor %}
            ], lambda item: item.handle is not null)
        {% elif expression is mapping %}
            {{ json_object(expression) }}
        {% elif type.endswith('[]') and expression is not string %}
            {{ text_list(expression) }}
        {% elif type.endswith('[]') and not types[name].endswith('[]') %}
            {{ text_list([expression]) }}
        {% elif type == 'date' and types[name] == 'VARCHAR' %}
            {{ parse_date(expression) }}
        {% elif type == 'timestamptz' and types[name] == 'VARCHAR' %}
            {{ parse_instant(expression) }}
        {% elif type == 'varchar' %}
            nullif(trim(cast({{ expression }} as varchar)), '')
        {% else %}
            try_cast({{ expression }} as {{ type }})
        {% endif %} as {{ name }},
    {% endfor %}
{% endmacro %}

{# Landed rows whose empty texts are null: exports write what they do not know as nothing at all. #}
{% macro without_blanks(files, key) %}
    {% set texts = [] %}
    {% for row in run_query('describe select * from ' ~ parquet(files)).rows if row[1] == 'VARCHAR' and row[0] not in key %}
        {% do texts.append('"' ~ row[0] | replace('"', '""') ~ '"') %}
    {% endfor %}
    {% if texts -%}
        (select * replace ({% for text in texts %}nullif({{ text }}, '') as {{ text }}{{ ', ' if not loop.last }}{% endfor %}) from {{ parquet(files) }}) as landed
    {%- else -%}
        {{ parquet(files) }}
    {%- endif %}
{% endmacro %}

{% macro expression_types(given, files) %}
    {% set types = {} %}
    {% set plain = [] %}
    {% for name, expression in given.items() if expression is string %}{% do plain.append(name) %}{% endfor %}
    {% if plain %}
        {% set asked %}
            describe select {% for name in plain %}{{ given[name] }} as "{{ name }}"{{ ', ' if not loop.last }}{% endfor %}
            from {{ parquet(files) }}
        {% endset %}
        {% for row in run_query(asked).rows %}{% do types.update({row[0]: row[1]}) %}{% endfor %}
    {% endif %}
    {{ return(types) }}
{% endmacro %}

{# `attributes`, with what `consents: {"<channel>:<purpose>": expression}` says under the key consents. #}
{% macro mapped_attributes(mapping, files) %}
    {% set given = (mapping.get("columns") or {}).get('attributes') %}
    {% set attributes %}
        {% if given is mapping %}{{ json_object(given) }}
        {% elif given is none %}{{ remaining_attributes(mapping, files) }}
        {% else %}cast({{ given }} as json){% endif %}
    {% endset %}
    {% if mapping.get("consents") %}
        json_merge_patch(coalesce({{ attributes }}, '{}'), {{ json_object({'consents': mapping.consents}) }})
    {% else %}
        {{ attributes }}
    {% endif %}
{% endmacro %}

{# A JSON object of expressions; a nested mapping gives a nested object. #}
{% macro json_object(expressions) -%}
    json_object({% for k, e in expressions.items() %}{{ sql_text(k) }}, {% if e is mapping %}{{ json_object(e) }}{% else %}{{ e }}{% endif %}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# What else the source said: its scalar columns that no expression mentions. #}
{% macro remaining_attributes(mapping, files) %}
    {% set mentioned = tojson([mapping.get("columns") or {}, mapping.get("key"), mapping.get("consents")]) %}
    {% set rest = [] %}
    {% for row in run_query('describe select * from ' ~ parquet(files)).rows %}
        {% set name = row[0] %}
        {% if not name.startswith('_sdc_') and not name.startswith('_tessera_') and row[1] != 'JSON'
              and not modules.re.search('(?<![A-Za-z0-9_])' ~ modules.re.escape(name) ~ '(?![A-Za-z0-9_])', mentioned) %}
            {% do rest.append(name) %}
        {% endif %}
    {% endfor %}
    {% if rest -%}
        json_object({% for name in rest %}{{ sql_text(name) }}, "{{ name | replace('"', '""') }}"{{ ', ' if not loop.last }}{% endfor %})
    {%- else -%}
        cast(null as json)
    {%- endif %}
{% endmacro %}
