-- Grain: one topic of one product in one segment in one week: how much of it, how it feels, how much lifetime value
-- it touches, whether it left its own past, and up to three voices without names. Quotes come from what is still
-- said: a deleted post leaves none. Small groups give none either, because a quote from one of two is a name.
with brought_up as (
    select
        topic,
        coalesce(product, 'any') as product,
        {{ week_of('said_at') }} as week,
        -- the twenty strongest: to sort all of a week costs several times as much
        arg_min(
            struct_pack(
                source := source, interaction_id := interaction_id, customer_id := customer_id,
                author_record_id := author_record_id, strength := abs(sentiment_score)
            ),
            row(-coalesce(abs(sentiment_score), -1), source, interaction_id), 20
        ) as strongest
    from {{ ref('routing_candidates') }}
    where
        not is_private
        and not is_bot
        and not thanks
        and intent not in ('noise', 'unknown', 'error')
        and topic not in ('unknown', 'error')
    group by all
),

strongest as (
    select
        topic,
        product,
        week,
        unnest(one)
    from (select topic, product, week, {{ explode('strongest') }} as one from brought_up)
),

-- Materialized, so that its length is not measured on another reading of the text.
voices as materialized (
    select
        strongest.topic,
        strongest.product,
        strongest.week,
        {{ without_names('said.text', 'authors.full_name') }} as quote,
        strongest.strength,
        strongest.author_record_id
    from strongest
    inner join {{ ref('int_interactions') }} as said
        on strongest.source = said.source and strongest.interaction_id = said.interaction_id
    left join {{ ref('customers') }} as authors on strongest.customer_id = authors.customer_id
    where not said.deleted
),

loudest as (
    select *
    from voices
    where length(quote) between 20 and 240
    qualify
        row_number() over (partition by topic, product, week, author_record_id order by strength desc, quote) = 1
),

quoted as (
    select
        topic,
        product,
        week,
        count(distinct author_record_id) as authors,
        list(distinct quote order by quote)[1:3] as quotes
    from (
        select *
        from loudest
        qualify row_number() over (partition by topic, product, week order by strength desc, quote) <= 3
    )
    group by topic, product, week
)

select
    weeks.topic,
    weeks.product,
    weeks.segment,
    weeks.week,
    weeks.messages,
    weeks.customers,
    round(weeks.sentiment, 6) as sentiment,
    round(weeks.lifetime_value_share, 9) as lifetime_value_share,
    weeks.messages_before / cast(nullif(weeks.weeks_before, 0) as double) as weekly_mean_before,
    trends.p_value,
    trends.trend,
    case when weeks.segment = 'everyone' and quoted.authors >= 3 then quoted.quotes else [] end as quotes
from {{ ref('int_theme_weeks') }} as weeks
inner join {{ ref('int_theme_trends') }} as trends
    on
        weeks.topic = trends.topic
        and weeks.product = trends.product
        and weeks.segment = trends.segment
        and weeks.week = trends.week
left join quoted
    on weeks.topic = quoted.topic and weeks.product = quoted.product and weeks.week = quoted.week
where weeks.messages > 0 or trends.trend = 'falling'
