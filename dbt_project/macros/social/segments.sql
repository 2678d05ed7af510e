{#
  Since when somebody is in a segment that this table does not hold as it is, into `members_told`; what no longer is so
  leaves. Pre-hook. Numbers are compared, so that this is cheap for all.
#}
{% macro find_members_to_tell() %}
    {% set members, events = ref('int_segment_members'), ref('segment_events') %}
    create or replace temporary table members_now as
    with entered as (
        select
            hash(segment, customer_id) as membership,
            max(happened_at) as entered_at,
            bool_or(first_look) as since_before
        from {{ events }}
        where event = 'entered'
        group by hash(segment, customer_id)
    )

    select
        members.membership,
        entered.entered_at,
        coalesce(entered.since_before, false) as since_before,
        hash(members.membership, entered.entered_at, entered.since_before) as told_by
    from {{ members }} as members
    left join entered on members.membership = entered.membership;

    {{ find_untold('members_now', 'told_by', 'members_told') }}
{% endmacro %}

{# Rows about customers, by the customers they are now: who was merged goes on where the one it was left off. #}
{% macro followed(rows) -%}
    select about.* replace (coalesce(aliases.customer_id, about.customer_id) as customer_id)
    from {{ rows }} as about
    left join {{ ref('customer_aliases') }} as aliases on about.customer_id = aliases.alias_id
{%- endmacro %}
