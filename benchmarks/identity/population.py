"""A made-up population of any size with its truth: families, namesakes, companies, typing errors, scripts.

Grain: one contact record; `truth` is the person behind it. Everything follows from the row number and
`seed` by hashing inside DuckDB, so that a million records take seconds and every run is the same.
"""

import duckdb

from identity.vocabulary import name_frequencies

_CITIES = 400
_STREETS = 3000
_SYLLABLES = "ba be bo da de do fa fe ga go ha he ja ka ke ko la le lo ma me mo na ne no pa pe ra re ro sa se so ta te to va ve wa zo".split()
_LATIN, _CYRILLIC = "abdeghiklmnoprstuvz", "абдегхиклмнопрстувз"


def create(
    con: duckdb.DuckDBPyConnection, records: int, seed: int = 1, table: str = "contacts"
) -> None:
    """Creates `table` in the contacts shape plus `truth BIGINT`, about `records` rows.

    Args:
        con: Connection to write to.
        records: Records wanted; about 3 per person.
        seed: Another one gives another population.
        table: Name of the table.
    """
    people = max(records // 3, 10)
    _names(con)
    con.execute(
        f"CREATE OR REPLACE MACRO rnd(i, salt) AS (hash(i, salt, {seed}) >> 11) / 9007199254740992.0"
    )
    con.execute(
        "CREATE OR REPLACE MACRO pick(i, salt, n) AS CAST(floor(rnd(i, salt) * n) AS BIGINT)"
    )
    con.execute(
        """CREATE OR REPLACE MACRO typo(t, i, salt) AS CASE pick(i, salt || 'kind', 4)
        WHEN 0 THEN t[1 : 1 + pick(i, salt || 'at', length(t) - 1)] || t[3 + pick(i, salt || 'at', length(t) - 1) :]
        WHEN 1 THEN t[1 : 1 + pick(i, salt || 'at', length(t) - 1)] || chr(CAST(97 + pick(i, salt || 'c', 26) AS INTEGER))
            || t[2 + pick(i, salt || 'at', length(t) - 1) :]
        WHEN 2 THEN t[1 : 1 + pick(i, salt || 'at', length(t) - 1)] || chr(CAST(97 + pick(i, salt || 'c', 26) AS INTEGER))
            || t[3 + pick(i, salt || 'at', length(t) - 1) :]
        ELSE t[1 : pick(i, salt || 'at', length(t) - 1)] || t[2 + pick(i, salt || 'at', length(t) - 1)]
            || t[1 + pick(i, salt || 'at', length(t) - 1)] || t[3 + pick(i, salt || 'at', length(t) - 1) :] END"""
    )
    con.execute(_people_sql(people))
    con.execute(_records_sql(table))
    con.execute(_profiles_sql(table, people))


def _names(con: duckdb.DuckDBPyConnection) -> None:
    """Creates `given_names` and `family_names` (name, upto): cumulative shares to draw from."""
    for part in ("given", "family"):
        shares = name_frequencies()[part]
        total = sum(shares.values())
        upto, rows = 0.0, []
        for name, share in sorted(shares.items(), key=lambda item: -item[1]):
            upto += share / total
            rows.append((name, upto))
        con.execute(f"CREATE OR REPLACE TABLE {part}_names (name VARCHAR, upto DOUBLE)")
        con.execute(
            f"INSERT INTO {part}_names SELECT unnest($n), unnest($u)",
            {"n": [r[0] for r in rows], "u": [r[1] for r in rows]},
        )


def _people_sql(people: int) -> str:
    syllables = "[" + ", ".join(f"'{s}'" for s in _SYLLABLES) + "]"
    n = len(_SYLLABLES)
    return f"""CREATE OR REPLACE TABLE people AS
    WITH base AS (
        SELECT i AS person,
            -- Three in five live with the neighbour before or after them in the list.
            CASE WHEN rnd(i // 4, 'family') < 0.6 THEN i // 4 * 4 ELSE i END AS home,
            rnd(i, 'given') AS g
        FROM range({people}) AS t(i)
    ),
    housed AS (
        SELECT *, CASE WHEN home <> person AND rnd(person, 'own name') < 0.15 THEN person ELSE home END AS line FROM base
    ),
    drawn AS (
        SELECT h.*, rnd(line, 'family name') AS f, rnd(line, 'rare') < 0.45 AS rare FROM housed AS h
    )
    SELECT d.person, d.home, gn.name AS given,
        CASE WHEN rare THEN {syllables}[1 + pick(line, 's1', {n})] || {syllables}[1 + pick(line, 's2', {n})]
            || {syllables}[1 + pick(line, 's3', {n})] || ['n', 's', 'r', 'l', 'k', 'tz'][1 + pick(line, 's4', 6)]
            ELSE fn.name END AS family,
        DATE '1940-01-01' + CAST(pick(person, 'birth', 24000) AS INTEGER) AS birth,
        pick(home, 'city', {_CITIES}) * pick(home, 'city2', {_CITIES}) // {_CITIES} AS city,
        1 + pick(home, 'number', 180) AS number, pick(home, 'street', {_STREETS}) AS street,
        CASE WHEN home <> person AND rnd(person, 'mail') < 0.12 THEN home ELSE person END AS mailbox,
        CASE WHEN home <> person AND rnd(person, 'line') < 0.25 THEN home ELSE person END AS line_phone,
        CASE WHEN rnd(person, 'employed') < 0.3 THEN pick(person, 'company', {people} // 40 + 1) END AS company,
        1 + pick(person, 'records', 3) + pick(person, 'more', 3) AS records
    FROM drawn AS d
    ASOF INNER JOIN given_names AS gn ON d.g <= gn.upto
    ASOF INNER JOIN family_names AS fn ON d.f <= fn.upto"""


def _records_sql(table: str) -> str:
    return f"""CREATE OR REPLACE TABLE {table} AS
    WITH copies AS (
        SELECT p.*, n, person * 8 + n AS i FROM people AS p, unnest(range(records)) AS t(n)
    ),
    said AS (
        SELECT *,
            CASE WHEN rnd(i, 'moved') < 0.12 THEN person + 7000000 ELSE home END AS at_home,
            CASE WHEN rnd(i, 'ng') < 0.05 THEN left(given, 1) WHEN rnd(i, 'ng') < 0.11 THEN typo(given, i, 'g')
                WHEN rnd(i, 'ng') < 0.13 THEN NULL ELSE given END AS g,
            CASE WHEN rnd(i, 'nf') < 0.06 THEN typo(family, i, 'f') WHEN rnd(i, 'nf') < 0.07 THEN NULL
                WHEN rnd(i, 'nf') < 0.085 AND person % 2 = 0
                    THEN (SELECT name FROM family_names ORDER BY name LIMIT 1) || family[1:2] ELSE family END AS f,
            rnd(i, 'script') < 0.02 AS cyrillic, rnd(i, 'swap') < 0.01 AS swapped
        FROM copies
    )
    SELECT
        ['crm', 'shop', 'mail', 'events'][1 + (n + person) % 4] AS source,
        CAST(i AS VARCHAR) AS source_record_id, 'person' AS kind,
        CASE WHEN swapped THEN f WHEN cyrillic THEN translate(g, '{_LATIN}', '{_CYRILLIC}') ELSE g END AS given_name,
        CASE WHEN swapped THEN g WHEN cyrillic THEN translate(f, '{_LATIN}', '{_CYRILLIC}') ELSE f END AS family_name,
        CASE WHEN rnd(i, 'nobirth') < 0.4 THEN NULL
            WHEN rnd(i, 'badbirth') < 0.03 THEN strftime(birth + CAST(pick(i, 'db', 20) - 10 AS INTEGER), '%Y-%m-%d')
            ELSE strftime(birth, '%Y-%m-%d') END AS birth_date,
        CASE WHEN rnd(i, 'nomail') < 0.28 THEN []
            WHEN rnd(i, 'desk') < 0.01 THEN ['info@company' || coalesce(company, 1) || '.com']
            WHEN company IS NOT NULL AND rnd(i, 'work') < 0.3 THEN [given || '.' || family || (person % 10) || '@company' || company || '.com']
            WHEN rnd(i, 'second') < 0.15 THEN [left(given, 1) || family || person % 1000 || '@mail' || person % 7 || '.net']
            WHEN rnd(i, 'mailtypo') < 0.03 THEN [typo(given || family || mailbox, i, 'm') || '@webmail.org']
            WHEN mailbox <> person THEN ['family' || mailbox || '@webmail.org']
            ELSE [given || family || mailbox || '@webmail.org'] END AS emails,
        CASE WHEN rnd(i, 'nophone') < 0.35 THEN []
            WHEN rnd(i, 'junkphone') < 0.01 THEN ['+1 555 000 0000']
            WHEN company IS NOT NULL AND rnd(i, 'switch') < 0.15 THEN ['+1 212 2' || lpad(CAST(company % 1000000 AS VARCHAR), 6, '0')]
            ELSE ['+1 ' || (201 + hash(line_phone) % 700) || ' ' || (200 + hash(line_phone, 1) % 800) || ' ' || lpad(CAST(hash(line_phone, 2) % 10000 AS VARCHAR), 4, '0')] END AS phones,
        CASE WHEN rnd(i, 'noaddress') < 0.3 THEN NULL
            ELSE CAST(1 + pick(at_home, 'number', 180) AS VARCHAR) || ' ' || 'street' || pick(at_home, 'street', {_STREETS}) END AS street,
        CASE WHEN rnd(i, 'nocity') < 0.15 THEN NULL WHEN rnd(i, 'cty') < 0.02 THEN typo('city' || city, i, 'c') ELSE 'city' || city END AS city,
        CASE WHEN rnd(i, 'nopost') < 0.3 THEN NULL ELSE lpad(CAST(10000 + city * 37 + pick(at_home, 'zip', 30) AS VARCHAR), 5, '0') END AS postal_code,
        'US' AS country,
        CASE WHEN rnd(i, 'nocompany') < 0.5 THEN NULL ELSE 'company ' || company END AS company,
        CASE WHEN rnd(person, 'x') < 0.15 AND rnd(i, 'declared') < 0.2
            THEN [{{'platform': 'x', 'handle': given || family || person}}] ELSE [] END AS handles,
        NULL::VARCHAR AS platform, NULL::VARCHAR AS handle, NULL::VARCHAR AS full_name, NULL::VARCHAR AS location,
        NULL::VARCHAR AS bio, person AS truth
    FROM said WHERE g IS NOT NULL OR f IS NOT NULL"""


def _profiles_sql(table: str, people: int) -> str:
    """Returns an INSERT of accounts: of people in the contacts, of strangers who share a name, of brands."""
    return f"""INSERT INTO {table} BY NAME
    SELECT 'x' AS source, CAST(900000000000 + person AS VARCHAR) AS source_record_id, 'unknown' AS kind,
        [] AS emails, [] AS phones, [] AS handles, 'x' AS platform, given || family || CASE WHEN rnd(person, 'stranger') < 0.125 THEN person + 5 ELSE person END AS handle,
        CASE WHEN rnd(person, 'brand') < 0.02 THEN family || ' Foundation' ELSE upper(given[1]) || given[2:] || ' ' || upper(family[1]) || family[2:] END AS full_name,
        'city' || city AS location, NULL AS bio,
        -- One in eight is somebody else of the same name, known to no other source.
        CASE WHEN rnd(person, 'stranger') < 0.125 OR rnd(person, 'brand') < 0.02 THEN {people} + person ELSE person END AS truth
    FROM people WHERE rnd(person, 'x') < 0.15"""
