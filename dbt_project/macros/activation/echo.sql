{#
  Our own echo: what the hub wrote into a CRM comes back at that CRM's next load. Those values are taken out of
  `contacts` before matching and survivorship see them, and the time of our own write is not the record's newest.
  The marks are files of the landing zone, written after each activation (room activation, echo.py). A record that
  the hub created is tied to a record of its customer by an external id, since without our values it may be bare.
#}

{% macro echo_files() %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set found = "select file from glob(" ~ sql_text(landing_root() ~ '/_activation/*/echo-*.parquet') ~ ")" %}
    {{ return(run_query(found).columns[0].values() | list) }}
{% endmacro %}

{# What became of every row: files that each activation writes when it ends (room activation, log_files.py). #}
{% macro activation_log_files() %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set found = "select file from glob(" ~ sql_text(landing_root() ~ '/_activation/*/log/*.parquet') ~ ")" %}
    {{ return(run_query(found).columns[0].values() | list) }}
{% endmacro %}

{% macro without_echo(contacts) %}{{ return(adapter.dispatch('without_echo')(contacts)) }}{% endmacro %}

{% macro duckdb__without_echo(contacts) %}
    {% set files = echo_files() %}
    {% if not files %}
    select * from {{ contacts }}
    {% else %}
    {% set texts = ['full_name', 'given_name', 'family_name', 'profile_url', 'street', 'city', 'region', 'postal_code',
                    'country', 'address', 'company', 'job_title', 'bio', 'location', 'language'] %}
    select c.* replace (
        {% for name in texts %}
        case
            when {{ echoed(name, 'c.' ~ name) }} then null
            {% if name == 'full_name' %}
            -- The CRM, or its staging model, makes a full name of the two that we wrote.
            when c.full_name = concat_ws(' ', c.given_name, c.family_name)
                and (c.given_name is null or {{ echoed('given_name', 'c.given_name') }})
                and (c.family_name is null or {{ echoed('family_name', 'c.family_name') }})
            then null
            {% endif %}
            else c.{{ name }}
        end as {{ name }},
        {% endfor %}
        {% for name in ['emails', 'phones', 'links'] %}
        list_filter(c.{{ name }}, lambda one: not {{ echoed(name, 'one') }}) as {{ name }},
        {% endfor %}
        case
            when c.updated_at between e.sent_at - interval 2 second and e.acked_at + interval 2 second
            then coalesce(e.theirs_at, c.created_at)
            else c.updated_at
        end as updated_at,
        case
            when e.created and e.anchor_source is not null then json_merge_patch(
                coalesce(c.attributes, '{}'),
                json_object('external_id', coalesce(anchor.attributes ->> 'external_id', e.tie)))
            when tied.tie is not null and (c.attributes ->> 'external_id') is null
            then json_merge_patch(coalesce(c.attributes, '{}'), json_object('external_id', tied.tie))
            else c.attributes
        end as attributes
    )
    from {{ contacts }} as c
    left join echoes as e on c.source = e.source and c.source_record_id = e.source_record_id
    left join {{ contacts }} as anchor
        on e.created and e.anchor_source = anchor.source and e.anchor_record_id = anchor.source_record_id
    left join (select distinct anchor_source, anchor_record_id, tie from echoes where created) as tied
        on c.source = tied.anchor_source and c.source_record_id = tied.anchor_record_id
    {% endif %}
{% endmacro %}

{# The CTE that `without_echo` reads. Grain: one record that the hub wrote to, with its values by column. #}
{% macro echoes() %}{{ return(adapter.dispatch('echoes')()) }}{% endmacro %}

{% macro duckdb__echoes() %}
    {% set files = echo_files() %}
    {% if files %}
    , echo_values as (
        select source, source_record_id, "column" as name, list(distinct {{ echo_spelled('"column"', 'value') }}) as said
        from {{ parquet(files) }}
        where value is not null
        group by all
    ),

    echoes as (
        select
            m.source,
            m.source_record_id,
            bool_or(m.created) as created,
            max(cast(m.sent_at as timestamptz)) as sent_at,
            max(cast(m.acked_at as timestamptz)) as acked_at,
            max(cast(m.theirs_at as timestamptz)) as theirs_at,
            max(m.anchor_source) as anchor_source,
            max(m.anchor_record_id) as anchor_record_id,
            'tessera:' || max(m.anchor_source) || ':' || max(m.anchor_record_id) as tie,
            any_value(v.said) as said
        from {{ parquet(files) }} as m
        left join (
            select source, source_record_id, map_from_entries(list({'key': name, 'value': said})) as said
            from echo_values group by all
        ) as v on m.source = v.source and m.source_record_id = v.source_record_id
        group by all
    )
    {% endif %}
{% endmacro %}

{% macro echo_spelled(column, value) -%}
    case {{ column }}
        when 'phones' then regexp_replace({{ value }}, '[^0-9]', '', 'g')
        when 'links' then regexp_replace(lower({{ value }}), '^https?://(www\.)?|/+$', '', 'g')
        else lower(trim(regexp_replace({{ value }}, '\s+', ' ', 'g')))
    end
{%- endmacro %}

{% macro echoed(column, value) -%}
    coalesce(list_contains(e.said['{{ column }}'], {{ echo_spelled("'" ~ column ~ "'", value) }}), false)
{%- endmacro %}
