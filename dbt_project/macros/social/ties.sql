{# Who acts towards whom, and what is told of it. #}

{#
  Customers whose ties this table does not hold as they are, into `customers_with_other_ties`; what it holds of ties that
  are no longer so leaves. Pre-hook. A sum of numbers, because two ties that look the same would cancel each other out.
#}
{% macro find_customers_with_other_ties() %}
    {% set ties, helped, deeds = ref('int_ties'), ref('int_helped'), ref('int_deeds') %}
    create or replace temporary table customers_with_other_ties as
    select
        any_value(from_customer_id) as from_customer_id,
        hash(hash(from_customer_id), sum(tie)) as ties_state
    from (
        select from_customer_id, tie from {{ ties }} where tie is not null
        union all
        select helper_id, deed from {{ helped }} where why = 'counts'
    )
    group by hash(from_customer_id);
    {% if is_incremental() %}

    delete from {{ this }} where ties_state not in (select ties_state from customers_with_other_ties);

    delete from customers_with_other_ties where ties_state in (select ties_state from {{ this }})
    {% endif %}
{% endmacro %}
