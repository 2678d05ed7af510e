{# What is new among the turns, found once for all statements of a model. #}

{# Threads with a turn that is newer than all that a table holds which was told by these brands; and those it left. #}
{% macro threads_newer_than(told) -%}
    {% set turns = ref('int_turns') %}
    select distinct turns.source, {{ explode('[turns.thread_id, turns.moved_from]') }} as thread_id
    from {{ turns }} as turns
    {% if told is not none %}
    left join (
        select source, max(loaded_package) as package
        from {{ told }}
        where brands is not distinct from (select max(brands) from {{ turns }})
        group by source
    ) as seen on turns.source = seen.source
    where turns.loaded_package > coalesce(seen.package, 0)
    {% endif %}
{%- endmacro %}

{#
  Turns whose texts `interaction_understanding` is about to ask for; pre-hook of the model that scores them. It is told
  after this one, so that what it holds now says what it has not seen yet: no text of an older turn is looked at again.
#}
{% macro find_turns_to_understand() %}
    {% if is_incremental() %}
    {% set told = graph.nodes['model.tessera.interaction_understanding'] %}
    {% set told = adapter.get_relation(told.database, told.schema, told.alias) %}
    create or replace temporary table threads_with_news as {{ threads_newer_than(told) }};
    create or replace temporary table turns_with_news as
    select * from {{ rows_by(ref('int_turns'), 'threads_with_news', ['source', 'thread_id']) }}
    {% endif %}
{% endmacro %}
