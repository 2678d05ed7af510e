-- Grain: one customer who talks with others; the community it is in, named after its earliest member id.
select
    customer_id,
    community_id,
    count(*) over (partition by community_id) as members
from {{ ref('int_communities') }}
where community_id is not null
