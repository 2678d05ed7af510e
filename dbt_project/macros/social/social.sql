{# What the social models share: the declared brands, hours and clock. #}

{# The moment that "now" means: fixed by the variable `as_of` in tests and replays. #}
{% macro as_of() -%}
    {% if var('as_of', none) %}cast({{ sql_text(var('as_of')) }} as timestamptz){% else %}current_timestamp{% endif %}
{%- endmacro %}

{#
  Days, seconds and weeks of UTC, by arithmetic: date_diff and date_trunc ask a calendar about every instant, which
  costs a hundred times as much.
#}
{% macro days_between(earlier, later) -%}
    cast(floor(epoch({{ later }}) / 86400) - floor(epoch({{ earlier }}) / 86400) as bigint)
{%- endmacro %}

{% macro seconds_between(earlier, later) -%}
    cast(floor(epoch({{ later }})) - floor(epoch({{ earlier }})) as bigint)
{%- endmacro %}

{# Its Monday; day 0 was a Thursday. #}
{% macro week_of(moment) -%}
    (date '1969-12-29' + cast(floor((floor(epoch({{ moment }}) / 86400) + 3) / 7) * 7 as integer))
{%- endmacro %}

{# Grain: one declared account of a brand, as it is written in hub.yaml (an id or a handle). #}
{% macro declared_accounts() -%}
    {% for brand, about in var('brands').items() %}
    {% for source, accounts in (about.accounts or {}).items() %}
    {% for account in accounts %}
    select
        {{ sql_text(brand) }} as brand,
        {{ sql_text(about.calendar or 'always') }} as calendar,
        {{ sql_text(source) }} as source,
        {{ sql_text(account) }} as account
    union all
    {% endfor %}
    {% endfor %}
    {% endfor %}
    select
        cast(null as varchar) as brand, cast(null as varchar) as calendar,
        cast(null as varchar) as source, cast(null as varchar) as account
    where false
{%- endmacro %}

{# Grain: one opening span of a weekday: calendar, timezone, weekday (1 is Monday), opens, closes in minutes. #}
{% macro declared_hours() -%}
    {% set days = {'mon': 1, 'tue': 2, 'wed': 3, 'thu': 4, 'fri': 5, 'sat': 6, 'sun': 7} %}
    {% for calendar, about in var('calendars', {}).items() %}
    {% for day, spans in about.hours.items() %}
    {% for span in spans %}
    select
        {{ sql_text(calendar) }} as calendar,
        {{ sql_text(about.timezone) }} as timezone,
        {{ days[day] }} as weekday,
        {{ span[0:2] | int * 60 + span[3:5] | int }} as opens,
        {{ span[6:8] | int * 60 + span[9:11] | int }} as closes
    union all
    {% endfor %}
    {% endfor %}
    {% endfor %}
    select 'always' as calendar, 'UTC' as timezone, weekday, 0 as opens, 1440 as closes
    from (values (1), (2), (3), (4), (5), (6), (7)) as days (weekday)
{%- endmacro %}

{% macro declared_holidays() -%}
    {% for calendar, about in var('calendars', {}).items() %}
    {% for day in about.holidays %}
    select {{ sql_text(calendar) }} as calendar, cast({{ sql_text(day) }} as date) as day
    union all
    {% endfor %}
    {% endfor %}
    select cast(null as varchar) as calendar, cast(null as date) as day
    where false
{%- endmacro %}

{# Whether a text thanks somebody; the words of the languages that the built-in model knows best. #}
{% macro says_thanks(text) -%}
    regexp_matches({{ text }}, '(?i)(\bthank(s| you)?\b|\bthx\b|\bdanke|\bmerci\b|\bgracias\b|\bobrigad[oa]\b|\bgrazie\b|\bdziękuj|\bспасибо|ありがとう|شكرا)')
{%- endmacro %}

{# The product that a text names first, by the names people use for it. #}
{% macro named_product(text) -%}
    case when false then cast(null as varchar)
        {% for about in var('brands').values() %}
        {% for product, names in (about.products or {}).items() %}
        when regexp_matches({{ text }}, {{ sql_text('(?i)\\b(' ~ ([product] + names) | join('|') ~ ')\\b') }}) then {{ sql_text(product) }}
        {% endfor %}
        {% endfor %}
        else null
    end
{%- endmacro %}

{# Rows of sources that no longer bring interactions leave: pre-hook of the incremental models. #}
{% macro forget_silent_sources() %}
    {% set said = ref('int_interactions') %}
    {% if is_incremental() %}
    delete from {{ this }} where source not in (select distinct source from {{ said }})
    {% endif %}
{% endmacro %}

{# What turns are told by besides themselves: the accounts that speak for brands, and what products are called. #}
{% macro brands_stamp() -%}
    {% set names = [] %}
    {% for about in var('brands').values() %}{% do names.append(about.products or {}) %}{% endfor %}
    (
        select {{ sql_text(local_md5(tojson(names))) }} || coalesce(md5(string_agg(brand || '|' || source || '|' || record_id, ',' order by brand, source, record_id)), '')
        from {{ ref('int_brand_accounts') }}
    )
{%- endmacro %}

{# A changed brand is told from the beginning: pre-hooks of the turns, and of what is told of them. #}
{% macro forget_other_brands() %}
    {% set stamp = brands_stamp() %}
    {% if is_incremental() %}
    delete from {{ this }} where brands is distinct from {{ stamp }}
    {% endif %}
{% endmacro %}

{% macro forget_told_by_other_brands() %}
    {% set turns = ref('int_turns') %}
    {% if is_incremental() %}
    delete from {{ this }} where brands is distinct from (select max(brands) from {{ turns }})
    {% endif %}
{% endmacro %}

{# Threads with a turn that is newer than all that this model holds, and those that such a turn left. #}
{% macro threads_with_news() -%}
    select distinct turns.source, {{ explode('[turns.thread_id, turns.moved_from]') }} as thread_id
    from {{ ref('int_turns') }} as turns
    left join (select source, max(loaded_package) as package from {{ this }} group by source) as seen
        on turns.source = seen.source
    where turns.loaded_package > coalesce(seen.package, 0)
{%- endmacro %}

{# They are told again from nothing: a thread that has become nobody's leaves no row. Pre-hooks. #}
{% macro forget_threads_with_news() %}
    {% set turns = ref('int_turns') %}
    {% if is_incremental() %}
    delete from {{ this }} as told
    using ({{ threads_with_news() }}) as news
    where told.source = news.source and told.thread_id = news.thread_id
    {% endif %}
{% endmacro %}

{% macro forget_turns_with_news() %}
    {% set turns = ref('int_turns') %}
    {% if is_incremental() %}
    delete from {{ this }} as known
    using (
        select turns.source, turns.interaction_id
        from {{ turns }} as turns
        semi join ({{ threads_with_news() }}) as news on turns.source = news.source and turns.thread_id = news.thread_id
    ) as again
    where known.source = again.source and known.interaction_id = again.interaction_id
    {% endif %}
{% endmacro %}

{# Conversations that are told no more leave: post-hook. #}
{% macro forget_untold_conversations() %}
    {% set told = ref('int_conversations') %}
    {% if is_incremental() %}
    delete from {{ this }} as known
    where not exists (select 1 from {{ told }} as told where told.source = known.source and told.thread_id = known.thread_id)
    {% endif %}
{% endmacro %}

{# Messages of threads that were told again without them, or are no more, leave: post-hook. #}
{% macro forget_untold() %}
    {% set told = ref('int_conversations') %}
    {% if is_incremental() %}
    delete from {{ this }} as known
    where not exists (
        select 1
        from (select source || ':' || thread_id as conversation_id, hash(conversations) as thread_state from {{ told }} as conversations) as told
        where told.conversation_id = known.conversation_id and told.thread_state = known.thread_state
    )
    {% endif %}
{% endmacro %}

{#
  Facts that no landed record holds (when a rule fired, when a customer entered a segment) are kept beside
  the packages, so that they survive the warehouse: `<landing>/_social/ledger=<name>/*.parquet`.
#}
{% macro remembered(name, columns) -%}
    {% set pattern = landing_root() ~ '/_social/ledger=' ~ name ~ '/*.parquet' %}
    {% set count = 'select count(*) from glob(' ~ sql_text(pattern) ~ ')' %}
    {% set found = execute and run_query(count).columns[0].values()[0] > 0 %}
    select
        {% for column, type in columns.items() %}
        cast({{ column if found else 'null' }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    {% if found %}from read_parquet({{ sql_text(pattern) }}){% else %}where false{% endif %}
{%- endmacro %}

{# Post-hook: writes the rows that this run added (those of its `invocation`); nothing new, no file. #}
{% macro remember(name, columns) %}
    {% if execute and flags.WHICH in ('run', 'build') %}
    {% set rows = 'select ' ~ columns | join(', ') ~ ' from ' ~ this ~ ' where invocation = ' ~ sql_text(invocation_id) %}
    {% if run_query('select count(*) from (' ~ rows ~ ')').columns[0].values()[0] > 0 %}
    copy (select *, {{ sql_text(name) }} as ledger from ({{ rows }}))
    to {{ sql_text(landing_root() ~ '/_social') }} (format parquet, partition_by (ledger), append, filename_pattern 'facts_{uuid}')
    {% endif %}
    {% endif %}
{% endmacro %}

{# A text without handles, addresses, links, long numbers and the words of its author's name. #}
{% macro without_names(text, name) -%}
    trim(regexp_replace(
        regexp_replace(
            regexp_replace(
                {{ text }}, '(https?://\S+|[\w.+-]+@[\w-]+\.[\w.-]+|[@＠][\w.@-]+)', '', 'g'
            ), '\+?\d[\d ()/.-]{5,}\d', '…', 'g'
        ),
        coalesce(
            '(?i)(' || nullif(list_aggregate(list_transform(
                list_filter(
                    string_split(regexp_replace({{ name }}, '[^\p{L}\p{N} ]', '', 'g'), ' '),
                    lambda part: length(part) > 1
                ),
                -- \b knows ASCII letters only
                lambda part: case when regexp_full_match(part, '[ -~]+') then '\b' || part || '\b' else part end
            ), 'string_agg', '|'), '') || ')',
            '^\b$'
        ), '…', 'g'
    ))
{%- endmacro %}

{# A text's place among a million, by its MD5: as `md5_number(text) % 1000000`, whose division of 128 bits costs ten times as much. #}
{% macro millionth(text) -%}
    (
        (md5_number_lower({{ text }}) % 1000000 * cast(18446744073709551616 % 1000000 as ubigint) + md5_number_upper({{ text }}) % 1000000) % 1000000
    )
{%- endmacro %}
