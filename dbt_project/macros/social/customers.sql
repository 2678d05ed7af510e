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
    {% set states = ref('int_customer_states') %}
    {% if is_incremental() %}
    delete from {{ this }} as known
    where not exists (select 1 from {{ states }} as states where states.customer_state = known.customer_state)
    {% endif %}
{% endmacro %}

{# A mean of everyone that stays what it is while few of them change. #}
{% macro three_digits(mean) -%}
    round({{ mean }}, 2 - cast(floor(log10(greatest({{ mean }}, 0.001))) as integer))
{%- endmacro %}
