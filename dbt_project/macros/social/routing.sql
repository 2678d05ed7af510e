{# Declared routing as relations. Grain: one rule, in its order. #}
{% macro declared_rules() -%}
    {% for rule in (var('social', {}).get('routing') or {}).get('rules', []) %}
    select
        {{ sql_text(rule.name) }} as rule,
        {{ loop.index }} as place,
        {{ rule.priority }} as priority,
        {{ sql_text(rule.team) }} as team,
        {{ rule.deadline.within }} as within_seconds,
        {{ rule.deadline.business_hours | lower }} as business_hours,
        {{ sql_text(rule.dedupe.per) }} as dedupe_per,
        {{ rule.dedupe.within }} as dedupe_seconds,
        {{ rule.ignore_quiet_hours | lower }} as ignore_quiet_hours,
        {{ rule.to_owner | lower }} as to_owner
    union all
    {% endfor %}
    select
        null::varchar as rule, null::bigint as place, null::bigint as priority, null::varchar as team, null::bigint as within_seconds, null::boolean as business_hours, null::varchar as dedupe_per, null::bigint as dedupe_seconds, null::boolean as ignore_quiet_hours, null::boolean as to_owner
    where false
{%- endmacro %}

{# Grain: one rung of a rule's ladder. #}
{% macro declared_ladders() -%}
    {% for rule in (var('social', {}).get('routing') or {}).get('rules', []) %}
    {% for step in rule.escalate %}
    select {{ sql_text(rule.name) }} as rule, {{ loop.index }} as level, {{ step.after }} as after_seconds, {{ sql_text(step.to) }} as escalated_to
    union all
    {% endfor %}
    {% endfor %}
    select
        null::varchar as rule, null::bigint as level, null::bigint as after_seconds, null::varchar as escalated_to
    where false
{%- endmacro %}

{# Grain: one team: quiet from and to in minutes of its local day, null where it is never quiet. #}
{% macro declared_teams() -%}
    {% for team, about in ((var('social', {}).get('routing') or {}).get('teams', {})).items() %}
    {% set quiet = about.quiet_hours %}
    select
        {{ sql_text(team) }} as team,
        {{ sql_text(about.timezone) }} as timezone,
        {{ quiet[0:2] | int * 60 + quiet[3:5] | int if quiet else 'null::integer' }} as quiet_from,
        {{ quiet[6:8] | int * 60 + quiet[9:11] | int if quiet else 'null::integer' }} as quiet_to,
        {{ text_list(sql_texts(about.members)) }} as members,
        {{ text_list(sql_texts(about.notify)) }} as channels
    union all
    {% endfor %}
    select
        null::varchar as team, null::varchar as timezone, null::integer as quiet_from, null::integer as quiet_to, null::varchar[] as members, null::varchar[] as channels
    where false
{%- endmacro %}

{# The first rule whose condition holds. #}
{% macro first_rule() -%}
    {% set rules = (var('social', {}).get('routing') or {}).get('rules', []) %}
    {% if rules %}
    case
        {% for rule in rules %}
        when ({{ rule.when }}) then {{ sql_text(rule.name) }}
        {% endfor %}
    end
    {% else %}null::varchar{% endif %}
{%- endmacro %}

{# Whom a rule does not fire for twice in a while: the customer (the account, where it is nobody's) or the conversation. #}
{% macro dedupe_key(message) -%}
    case when rules.dedupe_per = 'customer' then coalesce({{ message }}.customer_id, {{ message }}.author_record_id) else {{ message }}.conversation_id end
{%- endmacro %}
