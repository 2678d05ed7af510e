{# What is read in texts, and what may be shown of them. #}

{# Whether a text thanks somebody; the words of the languages that the built-in model knows best. #}
{% macro says_thanks(text) -%}
    regexp_matches({{ text }}, '(?i)(\bthank(s| you)?\b|\bthx\b|\bdanke|\bmerci\b|\bgracias\b|\bobrigad[oa]\b|\bgrazie\b|\bdziękuj|\bспасибо|ありがとう|شكرا)')
{%- endmacro %}

{# The product that a text names first, by the names people use for it; \b knows ASCII letters only, and C++ is none. #}
{% macro named_product(text) -%}
    case when false then cast(null as varchar)
        {% for about in var('brands').values() %}
        {% for product, names in (about.products or {}).items() %}
        {% set named = [] %}
        {% for name in [product] + names %}{% do named.append(modules.re.escape(name)) %}{% endfor %}
        when regexp_matches({{ text }}, {{ sql_text('(?i)(^|[^\\p{L}\\p{N}_])(' ~ named | join('|') ~ ')($|[^\\p{L}\\p{N}_])') }}) then {{ sql_text(product) }}
        {% endfor %}
        {% endfor %}
        else null
    end
{%- endmacro %}

{# A text without handles, addresses, links, long numbers and the words of its author's name. #}
{% macro without_names(text, name) -%}
    trim(regexp_replace(
        regexp_replace(
            regexp_replace(
                {{ text }}, '(https?://\S+|[\p{L}\p{N}_.+-]+@[\p{L}\p{N}_.-]+|[@＠][\p{L}\p{N}_.@-]+)', '', 'g'
            ), '\+?\d[\d ()/.-]{5,}\d', '…', 'g'
        ),
        coalesce(
            '(?i)(' || nullif(list_aggregate(list_transform(
                list_filter(
                    string_split(regexp_replace({{ name }}, '[^\p{L}\p{N}]', ' ', 'g'), ' '),
                    lambda part: length(part) > 1
                ),
                -- \b knows ASCII letters only
                lambda part: case when regexp_full_match(part, '[ -~]+') then '\b' || part || '\b' else part end
            ), 'string_agg', '|'), '') || ')',
            '^\b$'
        ), '…', 'g'
    ))
{%- endmacro %}

{# A text's place among a million, by its MD5: as `md5_number(text) % 1000000`, whose division of 128 bits costs ten times as much. #}
{% macro millionth(text) -%}
    (
        (md5_number_lower({{ text }}) % 1000000 * cast(18446744073709551616 % 1000000 as ubigint) + md5_number_upper({{ text }}) % 1000000) % 1000000
    )
{%- endmacro %}
