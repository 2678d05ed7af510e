{# A JSON object of the consents that a CRM's opt-out flags deny: `{"email:marketing": flag}`; no flag, no word. #}
{% macro opt_outs(flags) -%}
    json_merge_patch('{}', json_object({% for purpose, flag in flags.items() %}{{ sql_text(purpose) }}, case when {{ flag }} then 'denied' end{{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}
