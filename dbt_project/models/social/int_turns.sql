{{ config(
    schema='intermediate', alias='turns', materialized='incremental', contract={'enforced': false},
    unique_key=['source', 'interaction_id'], incremental_strategy='delete+insert', on_schema_change='append_new_columns',
    pre_hook=["{{ forget_silent_sources() }}", "{{ forget_other_brands() }}"]
) }}
-- Grain: one interaction as a turn of its thread: who speaks, to whom, in public or not. Holds no text, only its
-- hash. Clocks differ: what claims to be said in the future counts as said now. `brands` names the accounts and
-- products it was told by: when those change, all turns are told again, and all that is told of them. What comes to be
-- another's names whose it was (`author_before`), as `moved_from` names the thread it left: they are counted anew.
with {{ interactions_to_tell() }},

said as (
    select
        interactions.* exclude (thread_id, loaded_package),
        changed.thread_id,
        changed.moved_from,
        changed.loaded_package
    from interactions
    inner join changed
        on interactions.source = changed.source and interactions.interaction_id = changed.interaction_id
),

addressed as (
    select
        recipients.source,
        recipients.interaction_id,
        min(brands.brand) as brand
    from (select source, interaction_id, {{ explode('recipient_record_ids') }} as record_id from said) as recipients
    inner join {{ ref('int_brand_accounts') }} as brands
        on recipients.source = brands.source and recipients.record_id = brands.record_id
    group by recipients.source, recipients.interaction_id
),

authors_before as (
    {% if is_incremental() %}
    select known.source, known.interaction_id, known.author_record_id
    from (
        select * from {{ this }} where interaction_id in (select interaction_id from said where interaction_id <> '')
    ) as known
    inner join said on known.source = said.source and known.interaction_id = said.interaction_id
    where known.author_record_id is distinct from said.author_record_id
    {% else %}
        select source, interaction_id, author_record_id from said where false
    {% endif %}
),

parents as (
    select
        answers.source,
        answers.interaction_id,
        min(above.author_record_id) as author_record_id,
        min(above.occurred_at) as occurred_at
    from said as answers
    inner join {{ ref('int_interactions') }} as above
        on answers.source = above.source and answers.parent_id = above.interaction_id
    group by answers.source, answers.interaction_id
)

select
    said.source,
    said.interaction_id,
    said.thread_id,
    said.moved_from,
    said.parent_id,
    said.author_record_id,
    authors_before.author_record_id as author_before,
    parents.author_record_id as parent_author_id,
    {{ seconds_between('parents.occurred_at', 'said.occurred_at') }} as seconds_after_parent,
    coalesce(speaks.brand, case when said.direction = 'outbound' then coalesce(own.brand, 'ours') end) as speaks_for,
    coalesce(addressed.brand, answered.brand, case when said.direction = 'inbound' then coalesce(own.brand, 'ours') end) as addresses,
    said.channel,
    said.kind,
    said.direction,
    said.direction <> 'public'
    and (
        said.kind in ('message', 'email', 'call')
        or coalesce({{ json_text('said.attributes', '$.visibility') }}, '') in ('direct', 'private')
    )
    or coalesce({{ json_text('said.attributes', '$.visibility') }}, '') in ('direct', 'private') as is_private,
    coalesce({{ says_thanks('said.text') }}, false) and length(said.text) < 200 as thanks,
    {{ named_product('said.text') }} as product,
    least(said.occurred_at, {{ as_of() }}) as said_at,
    said.occurred_at > {{ as_of() }} as clock_ahead,
    said.deleted,
    case when not said.deleted and trim(said.text) <> '' then md5(said.text) end as text_key,
    said.language as stated_language,
    coalesce(try_cast({{ json_text('said.metrics', '$.likes') }} as bigint), 0) as likes,
    coalesce(try_cast({{ json_text('said.metrics', '$.shares') }} as bigint), 0) as shares,
    {{ brands_stamp() }} as brands,
    said.loaded_package
from said
left join parents on said.source = parents.source and said.interaction_id = parents.interaction_id
left join authors_before on said.source = authors_before.source and said.interaction_id = authors_before.interaction_id
left join addressed on said.source = addressed.source and said.interaction_id = addressed.interaction_id
left join {{ ref('int_brand_accounts') }} as speaks
    on said.source = speaks.source and said.author_record_id = speaks.record_id
left join {{ ref('int_brand_accounts') }} as answered
    on said.source = answered.source and parents.author_record_id = answered.record_id
-- A source that knows which account is its own needs no declared one.
left join (select source, min(brand) as brand from {{ ref('int_brand_accounts') }} group by source) as own
    on said.source = own.source
qualify row_number() over (partition by said.source, said.interaction_id order by speaks.brand, answered.brand) = 1
