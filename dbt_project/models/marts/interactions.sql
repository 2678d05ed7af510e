-- Grain: one thing said or done in a conversation, with the customers behind author and recipients.
-- Text of what its author deleted is not kept.
with recipients as (
    select
        interactions.source,
        interactions.interaction_id,
        {{ distinct_list('clusters.customer_id') }} as recipient_customer_ids
    from (
        select source, interaction_id, {{ explode('recipient_record_ids') }} as record_id
        from {{ ref('int_interactions') }}
    ) as interactions
    inner join {{ ref('clusters') }} as clusters
        on interactions.source = clusters.source and interactions.record_id = clusters.source_record_id
    group by 1, 2
)

select
    said.source,
    said.interaction_id,
    said.thread_id,
    said.parent_id,
    said.channel,
    said.kind,
    said.direction,
    said.author_record_id,
    clusters.customer_id,
    said.recipient_record_ids,
    coalesce(recipients.recipient_customer_ids, []) as recipient_customer_ids,
    case when not said.deleted then said.text end as text,
    said.language,
    said.url,
    said.occurred_at,
    said.edited_at,
    said.deleted,
    said.metrics,
    case when not said.deleted then said.attributes end as attributes
from {{ ref('int_interactions') }} as said
left join {{ ref('clusters') }} as clusters
    on said.source = clusters.source and said.author_record_id = clusters.source_record_id
left join recipients
    on said.source = recipients.source and said.interaction_id = recipients.interaction_id
order by said.occurred_at
