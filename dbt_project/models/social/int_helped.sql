{{ config(schema='intermediate', alias='helped') }}
-- Grain: one answer by somebody who is not the brand, for which the one who asked said thanks; and whether it counts.
-- What cannot be bought counts: thanks of people we know, for questions put to a brand. Bots, thanks in return for
-- thanks, and answers faster than anyone can read do not.
with thanked as (
    select
        answers.source,
        answers.interaction_id as answer_id,
        helper.customer_id as helper_id,
        asker.customer_id as asker_id,
        answers.thanked_at,
        {{ seconds_between('told.opened_at', 'answers.said_at') }} as seconds_to_answer,
        told.intent
    from {{ ref('int_answers') }} as answers
    inner join {{ ref('int_conversations') }} as told
        on answers.source = told.source and answers.thread_id = told.thread_id
    inner join {{ ref('clusters') }} as helper
        on answers.source = helper.source and answers.author_record_id = helper.source_record_id
    inner join {{ ref('clusters') }} as asker
        on answers.source = asker.source and answers.customer_record_id = asker.source_record_id
    where answers.thanks_id is not null and helper.customer_id <> asker.customer_id
),

pairs as (
    select distinct helper_id, asker_id from thanked
)

select
    thanked.* exclude (seconds_to_answer, intent),
    case
        when coalesce(helper.is_bot, false) or coalesce(asker.is_bot, false) then 'a bot'
        when not coalesce(asker.known, false) then 'thanked by a stranger'
        when thanked.intent not in ('question', 'complaint', 'churn_threat', 'crisis') then 'nothing was asked'
        when thanked.seconds_to_answer < 45 then 'faster than reading'
        when back.helper_id is not null then 'thanks for thanks'
        else 'counts'
    end as why
from thanked
left join pairs as back on thanked.helper_id = back.asker_id and thanked.asker_id = back.helper_id
left join {{ ref('int_people') }} as helper on thanked.helper_id = helper.customer_id
left join {{ ref('int_people') }} as asker on thanked.asker_id = asker.customer_id
