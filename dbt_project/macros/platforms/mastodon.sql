{# The name that finds an account from anywhere: user@instance. Accounts of our own instance come without it. #}
{% macro mastodon_handle() -%}
    case when acct like '%@%' then acct else acct || '@' || {{ url_host('url') }} end
{%- endmacro %}
