-- A made-up warehouse with the marts' schema: $n customers in state $round, of whom $share changed since
-- the round before. Deterministic: everything comes from hashes of the row number.
create schema if not exists marts;
create schema if not exists identity;
create or replace macro pick(words, i, salt) as words[1 + (hash(i, salt) % len(words))::int];
create or replace macro maybe(i, salt, percent) as hash(i, salt) % 100 < percent;
-- The last round in which customer i changed.
create or replace macro state(i) as
  coalesce(list_max(list_filter(range(1, getvariable('round') + 1),
                                r -> hash(i, r, 'change') % 10000 < getvariable('share') * 10000)), 0);

create or replace table marts.people as
select
  i,
  state(i) as state,
  'cus_' || left(md5('customer' || i), 20) as customer_id,
  pick(['Ana', 'Bo', 'Chloë', 'Dmitri', 'Emeka', 'Fatima', 'Grace', 'Hugo', 'Ines', 'Jānis', '明'], i, 'g') as given_name,
  pick(['Álvarez', 'Brown', 'Çelik', 'Dubois', 'Eze', 'Fischer', 'García', 'Haddad', 'Ito', 'O''Neil'], i, 'f')
    || ' ' || pick(['Ash', 'Berg', 'Cole', 'Dahl', 'Elm'], i, 'f2') as family_name,
  1 + (hash(i, 'n') % 3)::int as records,
  timestamptz '2020-01-01 00:00:00Z' + interval (hash(i, 't') % 150000000) second as created_at
from range(getvariable('n')) as rows(i);

create or replace table marts.customers as
select
  customer_id,
  case when maybe(i, 'kind', 95) then 'person' else 'organisation' end as kind,
  given_name || ' ' || family_name as full_name,
  given_name,
  family_name,
  'user' || i || '@example.com' as primary_email,
  if(maybe(i, 'e2', 30), ['user' || i || '@example.com', 'u' || i || '@mail.example.org'], ['user' || i || '@example.com']) as emails,
  if(maybe(i, 'p', 60), '+4930' || (1000000 + i), null) as primary_phone,
  if(maybe(i, 'p', 60), ['+4930' || (1000000 + i)], []::varchar[]) as phones,
  if(maybe(i, 'h', 70), [{'platform': 'x', 'handle': 'user_' || i, 'url': 'https://x.com/user_' || i}], []) as handles,
  if(maybe(i, 'l', 20), ['https://example.com/~user' || i], []::varchar[]) as links,
  (hash(i, 's') % 200)::varchar || ' High Street' as street,
  pick(['Berlin', 'Lagos', 'Lima', 'Lyon', 'Osaka', 'Riga', 'Zürich'], i, 'c') as city,
  null::varchar as region,
  (10000 + hash(i, 'z') % 80000)::varchar as postal_code,
  pick(['DE', 'NG', 'PE', 'FR', 'JP', 'LV', 'CH'], i, 'c') as country,
  if(maybe(i, 'b', 30), date '1950-01-01' + (hash(i, 'bd') % 20000)::int, null) as birth_date,
  pick(['Acme', 'Globex', 'Initech', 'Umbrella', 'Hooli'], i, 'co') as company,
  pick(['Engineer', 'Buyer', 'Owner', 'Clerk'], i, state) as job_title,
  if(maybe(i, 'bio', 40), 'Likes tea, trains and the number ' || hash(i, 'bio') || '.', null) as bio,
  pick(['Berlin', 'Lagos', 'Lima', 'Lyon', 'Osaka', 'Riga', 'Zürich'], i, 'c') as location,
  pick(['en', 'de', 'fr', 'es', 'ja'], i, 'lang') as language,
  'https://cdn.example.com/avatars/' || i || '.png' as avatar_url,
  (hash(i, 'fo') % 5000)::bigint as followers,
  maybe(i, 'v', 3) as verified,
  (['crm', 'x', 'mastodon'])[1:records] as sources,
  records::bigint as source_count,
  records::bigint as record_count,
  (hash(i, 'ni') % 7)::bigint as interaction_count,
  if(hash(i, 'ni') % 7 > 0, created_at + interval 1 day, null) as first_interaction_at,
  if(hash(i, 'ni') % 7 > 0, created_at + interval 90 day, null) as last_interaction_at,
  (hash(i, 'nt') % 3)::bigint as transaction_count,
  if(hash(i, 'nt') % 3 > 0, (hash(i, 'amount') % 1000000) / 100, 0)::decimal(38, 2) as transaction_total,
  if(hash(i, 'nt') % 3 > 0, 'EUR', null) as transaction_currency,
  if(hash(i, 'nt') % 3 > 0, created_at + interval 60 day, null) as last_transaction_at,
  created_at,
  created_at + to_days(state) as updated_at
from marts.people
order by customer_id;

create or replace table marts.customer_identities as
select
  customer_id,
  source,
  source || '-' || i as source_record_id,
  'person' as kind,
  if(source = 'crm', null, source) as platform,
  if(source = 'crm', null, 'user_' || i) as handle,
  if(source = 'crm', 'alone', 'same e-mail address') as linked_by,
  if(source = 'crm', 1.0, 0.97)::double as confidence,
  created_at as linked_at
from (select *, unnest((['crm', 'x', 'mastodon'])[1:records]) as source from marts.people)
order by customer_id, source;

create or replace table marts.consents as
select customer_id, 'email' as channel, 'marketing' as purpose, if(maybe(i, 'cs', 70), 'granted', 'denied') as status,
  'crm' as source, 'crm-' || i as source_record_id, created_at as occurred_at
from marts.people where maybe(i, 'consent', 40);

create or replace table marts.customer_aliases as
select 'cus_' || left(md5('alias' || i), 20) as alias_id, customer_id, created_at as since
from marts.people where maybe(i, 'alias', 2);
