{# What is new, found once for all statements of a model. #}

{#
  Threads with news as a table, with the further ones that a query gives (source, thread_id). Rows of these threads are
  forgotten by it and told again by it, so that no row has to be looked for when they are written. Pre-hooks.
#}
{% macro find_threads_with_news(further='') %}
    {% set news = threads_with_news() %}
    {% if is_incremental() %}
    create or replace temporary table threads_with_news as {{ news }} {{ 'union ' ~ further if further | trim }}
    {% endif %}
{% endmacro %}

{% macro find_turns_with_news() %}
    {% set turns = rows_by(ref('int_turns'), 'threads_with_news', ['source', 'thread_id']) %}
    {% if is_incremental() %}
    create or replace temporary table turns_with_news as select * from {{ turns }}
    {% endif %}
{% endmacro %}

{# Accounts that are no longer who said what came with news; where nothing is left to them, their rows leave. #}
{% macro authors_before() -%}
    select turns.source, turns.author_before
    from {{ ref('int_turns') }} as turns
    inner join {{ packages_seen(ref('int_turns')) }} as seen
        on turns.source = seen.source and turns.loaded_package > seen.package
    where turns.author_before is not null
{%- endmacro %}

{# Accounts of which `engagement` counts anew what they said, into `accounts_with_news`: pre-hook. #}
{% macro find_accounts_with_news() %}
    {% set turns, clusters, states = ref('int_turns'), ref('clusters'), ref('int_customer_states') %}
    {% if is_incremental() %}
    create or replace temporary table accounts_with_news as
    with news as (
        {{ threads_with_news() }}
    )

    select source, author_record_id
    from {{ rows_by(turns, 'news', ['source', 'thread_id']) }}
    where author_record_id is not null
    union
    {{ authors_before() }}
    union
    {{ told_of_other_customers('author_record_id', [('author_record_id', 'by_state')]) }}
    {% endif %}
{% endmacro %}

{# By `news`, one of these tables, and what they share with this model's rows. #}
{% macro forget_what_has(news, key) %}
    {% if is_incremental() %}
    delete from {{ this }} as told
    using {{ news }} as news
    where told.source = news.source and told.{{ key }} = news.{{ key }}
    {% endif %}
{% endmacro %}

{# Threads with messages that other classifiers read than those that score texts now. #}
{% macro rescored_threads() -%}
    {% set texts, turns = ref('int_text_understanding'), ref('int_turns') %}
    {% set classifiers = 'select classifiers from ' ~ texts ~ ' union all select classifiers from ' ~ this %}
    {% if execute and is_incremental() and run_query('select count(distinct classifiers) > 1 from (' ~ classifiers ~ ')').columns[0].values()[0] %}
    select turns.source, turns.thread_id
    from {{ this }} as known
    inner join {{ texts }} as texts on known.text_key = texts.text_key and known.classifiers <> texts.classifiers
    inner join {{ turns }} as turns on known.source = turns.source and known.interaction_id = turns.interaction_id
    {% endif %}
{%- endmacro %}

{# Conversations told by other classifiers; one without any text knows none, and none can change it. #}
{% macro threads_of_other_classifiers() -%}
    {% set understood = ref('interaction_understanding') %}
    select source, thread_id
    from {{ this }}
    where classifiers <> '' and classifiers not in (select distinct classifiers from {{ understood }})
{%- endmacro %}

{#
  Turns whose texts `interaction_understanding` is about to ask for; pre-hook of the model that scores them. It is told
  after this one, so that what it holds now says what it has not seen yet: no text of an older turn is looked at again.
#}
{% macro find_turns_to_understand() %}
    {% if is_incremental() %}
    {% set turns = ref('int_turns') %}
    {% set told = graph.nodes['model.tessera.interaction_understanding'] %}
    {% set told = adapter.get_relation(told.database, told.schema, told.alias) %}
    {% set seen %}
    (
        select now.source, coalesce(max(told.loaded_package), 0) as package
        from (select source, max(brands) as brands from {{ turns }} group by source) as now
        left join {{ told or '(from ' ~ turns ~ ' where false)' }} as told
            on now.source = told.source and now.brands = told.brands
        group by now.source
    )
    {% endset %}
    create or replace temporary table threads_with_news as {{ threads_with_news(seen) }};
    {{ find_turns_with_news() }}
    {% endif %}
{% endmacro %}

{#
  Interactions by their keys in `wanted`: those that came with later packages than `seen` (source, package) knows, and
  the others, of threads that a late parent moved, which are mostly none.
#}
{% macro interactions_by(wanted, seen) -%}
    {% set said = ref('int_interactions') %}
    with late as (
        select said.*
        from {{ said }} as said
        inner join {{ seen }} as seen on said.source = seen.source and said.loaded_package > seen.package
        semi join {{ wanted }} as wanted on said.source = wanted.source and said.interaction_id = wanted.interaction_id
    )

    select * from late
    union all
    select said.*
    from {{ said }} as said
    semi join (
        select wanted.source, wanted.interaction_id
        from {{ wanted }} as wanted
        anti join late on wanted.source = late.source and wanted.interaction_id = late.interaction_id
    ) as earlier on said.source = earlier.source and said.interaction_id = earlier.interaction_id
{%- endmacro %}
