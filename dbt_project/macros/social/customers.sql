{# Rows that are told by what is known of a customer (see int_customer_states). #}

{# One number of all that the states are made of: to hash the rows where they stand costs a quarter of the joins. #}
{% macro customers_stamp() -%}
    select hash(
        (select bit_xor(hash(source, source_record_id, customer_id)) from {{ ref('clusters') }}),
        (select bit_xor(hash(source, source_record_id, {{ contact_facts('contacts') }})) from {{ ref('int_contacts') }} as contacts),
        (select bit_xor(hash(customer_id, {{ transaction_fact() }})) from {{ ref('transactions') }} where not deleted),
        (select bit_xor(hash(customer_id, {{ case_fact() }})) from {{ ref('interactions') }} where kind = 'case' and not deleted),
        (select bit_xor(hash(consents)) from {{ ref('consents') }} as consents),
        (select bit_xor(hash(source, record_id)) from {{ ref('int_brand_accounts') }})
    )
{%- endmacro %}

{% macro contact_facts(contacts) -%}
    {{ contacts }}.platform is null, {{ contacts }}.deleted, {{ contacts }}.followers, {{ contacts }}.created_at, {{ contacts }}.attributes
{%- endmacro %}

{% macro transaction_fact() -%}
    hash(source, transaction_id, kind, amount, currency, stage, occurred_at, closed_at)
{%- endmacro %}

{% macro case_fact() -%}
    hash(source, interaction_id, occurred_at, {{ json_text('attributes', '$.status') }})
{%- endmacro %}

{# Whether a transaction that is not deleted counts as an order, a subscription or a refund. #}
{% macro moved_money() -%}
    (
        occurred_at is not null
        and kind in ('order', 'subscription', 'refund')
        and coalesce(lower(stage), '') not in ('cancelled', 'canceled', 'void', 'failed', 'draft', 'lost')
    )
{%- endmacro %}

{#
  Customers about whom this model holds nothing that is still true (at first, all), into `changed_customers`; what was
  told by something that is no longer so leaves. Pre-hook: who changed are mostly few, and a plan that knows how many
  reads nothing of the others. `state` is the number of int_customer_states that tells.
#}
{% macro find_changed_customers(state='customer_state') %}
    {% set states = ref('int_customer_states') %}
    {{ find_untold('(select customer_id, ' ~ state ~ ' from ' ~ states ~ ' where ' ~ state ~ ' is not null)', state, 'changed_customers') }}
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

{#
  What of this table (source, `key`) was told of customers who are others now, or of accounts that were nobody's and are
  somebody's. `ends` are pairs of columns: of the account, and of the state of its customer.
#}
{% macro told_of_other_customers(key, ends) -%}
    select source, {{ key }}
    from {{ this }}
    where {% for _, state in ends %}{{ other_customer(state) }}{{ ' or ' if not loop.last }}{% endfor %}
    {% for record, state in ends %}
    union
    select nobodys.source, nobodys.{{ key }}
    from {{ this }} as nobodys
    semi join {{ ref('clusters') }} as clusters
        on nobodys.source = clusters.source and nobodys.{{ record }} = clusters.source_record_id
    where nobodys.{{ state }} is null
    {% endfor %}
{%- endmacro %}

{#
  Who is behind the accounts that stand in columns of a table: one row each, with the customer and what is known of it.
  Few accounts are looked for among all records, not all records put into a table to find few.
#}
{% macro whose(rows, columns) -%}
    with wanted as (
        {% for column in columns %}
        select source, {{ column }} as source_record_id
        from {{ rows }}
        where {{ column }} is not null
        {{ 'union' if not loop.last }}
        {% endfor %}
    ),

    theirs as materialized (
        select records.source, records.source_record_id, records.customer_id
        from {{ ref('clusters') }} as records
        semi join wanted on records.source = wanted.source and records.source_record_id = wanted.source_record_id
    )

    select
        theirs.source,
        theirs.source_record_id,
        theirs.customer_id,
        people.customer_state,
        people.is_bot,
        people.is_brand,
        people.known
    from theirs
    left join (
        select * from {{ ref('int_people') }} where customer_id in (select customer_id from theirs)
    ) as people on theirs.customer_id = people.customer_id
{%- endmacro %}
