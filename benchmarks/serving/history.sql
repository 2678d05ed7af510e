-- What the sidecar does not need: provenance, what customers said and bought, evidence; needs marts.people.
create or replace table marts.customer_attributes as
select
  people.customer_id, attribute, value,
  'crm' as source, 'crm-' || i as source_record_id, created_at + to_days(state) as observed_at,
  'source_priority' as rule
from (
  unpivot (select customer_id, full_name, given_name, family_name, primary_email as email, primary_phone as phone,
                  street, city, postal_code, country, company, job_title, bio from marts.customers)
  on columns(* exclude customer_id) into name attribute value value
) as given
inner join marts.people on given.customer_id = people.customer_id
order by people.customer_id, attribute;

create or replace table marts.interactions as
select
  'x' as source, 'x-post-' || i || '-' || k as interaction_id, 'x-thread-' || i as thread_id,
  if(k > 1, 'x-post-' || i || '-' || (k - 1), null) as parent_id,
  pick(['x', 'email', 'mastodon'], i, 'channel') as channel,
  if(k % 3 = 0, 'reply', 'post') as kind,
  if(k % 3 = 0, 'outbound', 'inbound') as direction,
  if(k % 3 = 0, 'brand', 'x-' || i) as author_record_id,
  if(k % 3 = 0, null, customer_id) as customer_id,
  if(k % 3 = 0, ['x-' || i], []::varchar[]) as recipient_record_ids,
  if(k % 3 = 0, [customer_id], []::varchar[]) as recipient_customer_ids,
  'Message ' || k || ' about order ' || hash(i, k) || ', with the words that people use when they write.' as text,
  pick(['en', 'de', 'fr', 'es', 'ja'], i, 'lang') as language,
  'https://x.com/p/' || i || '/' || k as url,
  created_at + to_days(k::int) as occurred_at,
  null::timestamptz as edited_at,
  false as deleted,
  json_object('likes', hash(i, k, 'likes') % 50, 'shares', 0, 'replies', 1) as metrics,
  null::json as attributes
from (
  select *, unnest(range(1, (hash(i, 'ni') % 7)::bigint + 1 + if(state > 0, 1, 0))) as k from marts.people
)
order by occurred_at;

create or replace table marts.transactions as
select
  'crm' as source, 'order-' || i || '-' || k as transaction_id, pick(['order', 'order', 'refund'], i, 'kind') as kind,
  'crm-' || i as party_record_id, customer_id,
  ((hash(i, k, 'amount') % 1000000) / 100)::decimal(38, 6) as amount, 'EUR' as currency, 'paid' as stage,
  created_at + to_days(k::int * 30) as occurred_at, null::timestamptz as closed_at, false as deleted,
  null::json as attributes
from (select *, unnest(range(1, (hash(i, 'nt') % 3)::bigint + 1)) as k from marts.people);

-- Evidence, as the identity room writes it: what ties a customer's records, and pairs left to a person.
create or replace table identity.edges as
select
  'crm' as left_source, 'crm-' || i as left_record_id, source as right_source,
  source || '-' || i as right_record_id, 'email' as rule, 14.5::double as weight, 0.99996::double as probability,
  ['email:user' || i || '@example.com'] as identifiers, created_at as first_seen, created_at as last_seen,
  'rule' as decided_by, 'accepted' as status, null::varchar as reason
from (select *, unnest((['x', 'mastodon'])[1:records - 1]) as source from marts.people)
union all
select
  'crm', 'crm-' || i, 'crm', 'crm-' || (i + 1), 'name + city', 4.2, 0.948, []::varchar[], created_at, created_at,
  'rule', 'suggested', 'too little evidence to link by itself'
from marts.people where maybe(i, 'review', 1) and i + 1 < getvariable('n');

create or replace table identity.identity_review as from identity.edges where status in ('suggested', 'held');

create or replace table identity.identifiers as
select source, source || '-' || i as source_record_id, 'email' as kind, 'user' || i || '@example.com' as value,
  'email' as origin, null::varchar as blocked
from (select *, unnest((['crm', 'x', 'mastodon'])[1:records]) as source from marts.people);

create or replace table identity.review_evidence as
select left_source, left_record_id, right_source, right_record_id, place, name, finding, bits
from identity.identity_review, (values
  (0, 'prior', 'two records at random', -9.0), (1, 'name', 'alike', 10.2), (2, 'city', 'the same', 5.0),
  (3, 'birth_date', 'different', -2.0)) as parts (place, name, finding, bits);
