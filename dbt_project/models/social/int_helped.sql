{{ config(schema='intermediate', alias='helped', materialized='view') }}
-- Grain: one answer by somebody who is not the brand, for which the one who asked said thanks; and whether it counts.
-- A view, because thanks in return for thanks are known by rows of other threads.
select
    source,
    interaction_id as answer_id,
    customer_id as helper_id,
    asker_id,
    by_state,
    happened_at as thanked_at,
    case when why = 'counts' and {{ is_returned('back') }} then 'thanks for thanks' else why end as why,
    deed
from {{ ref('int_deeds') }}
where pair is not null
