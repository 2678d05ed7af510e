{#
  How models read the landing zone: Parquet files of load packages, listed by their path, so that a
  run opens only the packages it has not seen (`<landing>/<source>/<first>[-<last>]/<stream>.parquet`).
#}

{% macro landing_root() %}{{ return(env_var('TESSERA_HOME') ~ '/landing') }}{% endmacro %}

{% macro sql_text(text) %}{{ return("'" ~ (text | string | replace("'", "''")) ~ "'") }}{% endmacro %}
{% macro sql_texts(texts) %}
    {% set found = [] %}
    {% for text in texts %}{% do found.append(sql_text(text)) %}{% endfor %}
    {{ return(found) }}
{% endmacro %}

{#
  Newest package of a source that this run reads: `tessera` pins it, so that all models of a run see the same
  landing zone while loads go on. Without `tessera` everything there is.
#}
{% macro newest_package(source) %}
    {{ return(fromjson(env_var('TESSERA_PACKAGES', '{}')).get(source, 999999999999)) }}
{% endmacro %}

{# Files of a stream whose packages reach beyond package `after`; a compacted package hides those it covers. #}
{% macro landing_files(source, stream, after=0) %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set name = stream | urlencode | replace('/', '%2F') | replace('.', '%2E') | replace('~', '%7E') %}
    {% set found %}
        with packages as (
            select
                file,
                cast(regexp_extract(file, '/(\d{12})(-\d{12})?/[^/]+$', 1) as bigint) as first,
                cast(regexp_extract(file, '/(?:\d{12}-)?(\d{12})/[^/]+$', 1) as bigint) as last
            from glob({{ sql_text(landing_root() ~ '/' ~ source ~ '/[0-9]*/' ~ name ~ '.parquet') }})
        )
        select file
        from packages
        where first <= {{ newest_package(source) }}
        qualify
            last > {{ after }}
            and last > coalesce(
                max(last) over (
                    order by first, last desc rows between unbounded preceding and 1 preceding
                ), 0)
        order by first
    {% endset %}
    {{ return(run_query(found).columns[0].values() | list) }}
{% endmacro %}

{% macro parquet(files) -%}
    read_parquet([{% for f in files %}{{ sql_text(f) }}{{ ', ' if not loop.last }}{% endfor %}], union_by_name = true)
{%- endmacro %}

{# The sources in hub.yaml that use this tap. #}
{% macro sources_of(tap) %}
    {% set names = [] %}
    {% for name, source in var('sources').items() if source.tap == tap %}{% do names.append(name) %}{% endfor %}
    {{ return(names) }}
{% endmacro %}

{% macro has_source(tap) %}{{ return(sources_of(tap) | length > 0) }}{% endmacro %}

{# source -> newest package that this model holds; empty on a full refresh. Grain of `by`: one entry per its value. #}
{% macro bookmarks(by='source', where='true') %}
    {% set seen = {} %}
    {% if execute and is_incremental() %}
        {% for row in run_query('select ' ~ by ~ ', max(loaded_package) from ' ~ this ~ ' where ' ~ where ~ ' group by 1').rows %}
            {% do seen.update({row[0]: row[1]}) %}
        {% endfor %}
    {% endif %}
    {{ return(seen) }}
{% endmacro %}

{# ACTIVATE_VERSION: rows of an older version of the stream are gone. Grain: one row per source, stream, version. #}
{% macro activations(sources) -%}
    {% for source, after in sources.items() %}
    {% set files = landing_files(source, '_activations', after) %}
    {% if files %}
    select
        {{ sql_text(source) }} as source,
        stream,
        version,
        min(cast(regexp_extract(filename, '/(?:\d{12}-)?(\d{12})/[^/]+$', 1) as bigint)) as package
    from read_parquet([{% for f in files %}{{ sql_text(f) }}{{ ', ' if not loop.last }}{% endfor %}], filename = true)
    group by all
    union all
    {% endif %}
    {% endfor %}
    select cast(null as varchar), cast(null as varchar), cast(null as bigint), cast(null as bigint)
    where false
{%- endmacro %}

{#
  Landed rows (CTE or relation `rows` with source, stream, table_version, loaded_package, loaded_row, deleted
  and the key) to one row per key: the newest; one of an older version than the activated is deleted.
  In an incremental run rows already here that a new activation outdates are taken along. `words` are columns that hold
  what somebody said: who deletes it takes it back, so they are null then; told anew, it comes with its own package.
#}
{% macro latest_version(rows, key, sources, words=[]) %}
    , activations (source, stream, version, package) as (
        {{ activations(sources) }}
    ),

    latest as (
        select *
        from {{ rows }}
        qualify row_number() over (
            partition by source, {{ key | join(', ') }} order by loaded_package desc, loaded_row desc
        ) = 1
    ),

    candidates as (
        select * from latest
        {% if is_incremental() %}
        union all by name
        select held.*
        from {{ this }} as held
        where
            not held.deleted
            and exists (
                select 1 from activations as a
                where a.source = held.source and a.stream = held.stream and a.version > held.table_version
            )
            and not exists (
                select 1 from latest as l
                where l.source = held.source {% for k in key %}and l.{{ k }} = held.{{ k }} {% endfor %}
            )
        {% endif %}
    )

    select
        c.* replace (
            c.deleted or a.version is not null as deleted,
            {% for word in words %}
            case when not (c.deleted or a.version is not null) then c."{{ word }}" end as "{{ word }}",
            {% endfor %}
            coalesce(a.package, c.loaded_package) as loaded_package
        )
    from candidates as c
    asof left join activations as a
        on c.source = a.source and c.stream = a.stream and c.table_version < a.version
{% endmacro %}

{# Rows of sources that hub.yaml no longer names leave: the pre-hook of every staging model. #}
{% macro forget_removed_sources(tap) %}
    {% if is_incremental() %}
        delete from {{ this }}
        where source not in (''{% for s in sources_of(tap) %}, {{ sql_text(s) }}{% endfor %})
    {% endif %}
{% endmacro %}
