{# Rows that are told by what is known of a customer (see int_customer_states). #}

{# Customers about whom this model holds nothing that is still true: at first, all. #}
{% macro changed_customers() -%}
    select states.customer_id, states.customer_state
    from {{ ref('int_customer_states') }} as states
    {% if is_incremental() %}
    anti join {{ this }} as known on states.customer_state = known.customer_state
    {% endif %}
{%- endmacro %}

{# What was told by something that is no longer so leaves: pre-hook. #}
{% macro forget_changed_customers() %}
    {{ forget_other_states(ref('int_customer_states'), 'customer_state') }}
{% endmacro %}

{# Whether a deal is open: it is known to close after that moment, or its stage does not say that it has. #}
{% macro is_open_deal(closes_later, stage) -%}
    coalesce({{ closes_later }}, lower(coalesce({{ stage }}, '')) not in ('won', 'lost', 'closed won', 'closed lost'))
{%- endmacro %}

{# A mean of everyone that stays what it is while few of them change. #}
{% macro three_digits(mean) -%}
    round({{ mean }}, 2 - cast(floor(log10(greatest({{ mean }}, 0.001))) as integer))
{%- endmacro %}

{# Whether a row was told by a state that its customer, if it had any, no longer has. #}
{% macro other_customer(state) -%}
    ({{ state }} is not null and {{ state }} not in (select customer_state from {{ ref('int_customer_states') }}))
{%- endmacro %}
