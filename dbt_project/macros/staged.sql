{#
  The body of a platform's staging model: one row per record of a stream, newest state, typed.
  `columns`: Singer property -> SQL type; a property that no package has is null. Adds source, stream,
  deleted, loaded_package, loaded_row, table_version. What a deleted record said is not kept: columns of the usual names
  (see said_in), and `words` of this stream.

      {{ config(materialized='incremental', unique_key=['source', 'id'], incremental_strategy='delete+insert',
                pre_hook="{{ forget_removed_sources('tap-mastodon') }}") }}
      {{ staged(tap='tap-mastodon', stream='accounts', key=['id'], columns={'id': 'varchar'}) }}
#}
{% macro staged(tap, stream, key, columns, words=[]) %}
    {% set seen = bookmarks() %}
    {% set after = {} %}
    {% for source in sources_of(tap) %}{% do after.update({source: seen.get(source, 0)}) %}{% endfor %}
    with landed as (
        {% for source, package in after.items() %}
        {% set files = landing_files(source, stream, package) %}
        {% if files %}
        select
            {{ sql_text(source) }} as source,
            {% for name, type in columns.items() %}
            cast("{{ name }}" as {{ type }}) as "{{ name }}",
            {% endfor %}
            {{ row_metadata(stream) }}
        from (
            select * from {{ parquet(files) }}
            union all by name
            select {% for name, type in columns.items() %}cast(null as {{ type }}) as "{{ name }}"{{ ', ' if not loop.last }}{% endfor %}
            where false
        )
        where _tessera_package > {{ package }} and _tessera_package <= {{ newest_package(source) }}
        union all by name
        {% endif %}
        {% endfor %}
        select
            cast(null as varchar) as source,
            {% for name, type in columns.items() %}
            cast(null as {{ type }}) as "{{ name }}",
            {% endfor %}
            {{ row_metadata_types() }}
        where false
    )
    {{ latest_version('landed', key, after, said_in(columns, key) + words) }}
{% endmacro %}

{# The columns of a stream, besides its key, that platforms and CRMs put what somebody said into. #}
{% macro said_in(columns, key) %}
    {% set usual = [
        'text', 'text_original', 'text_display', 'review_text', 'spoiler_text', 'content', 'body', 'hs_note_body', 'message',
        'story', 'caption', 'raw', 'cooked', 'selftext', 'excerpt', 'note', 'title', 'topic_title', 'topic_slug', 'link_title',
        'subject', 'description', 'embed', 'attachments', 'media_attachments',
    ] %}
    {% set found = [] %}
    {% for name in columns if name | lower in usual and name not in key %}{% do found.append(name) %}{% endfor %}
    {{ return(found) }}
{% endmacro %}

{% macro row_metadata(stream) -%}
    {{ sql_text(stream) }} as stream,
    _sdc_deleted_at is not null as deleted,
    _sdc_table_version as table_version,
    _tessera_package as loaded_package,
    _tessera_row as loaded_row
{%- endmacro %}

{% macro row_metadata_types() -%}
    cast(null as varchar) as stream,
    cast(null as boolean) as deleted,
    cast(null as bigint) as table_version,
    cast(null as bigint) as loaded_package,
    cast(null as bigint) as loaded_row
{%- endmacro %}
