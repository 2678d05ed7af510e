"""Where two records meet: identifiers, and blocking keys for records that share none.

Grain of `keys`: one record and key. `bit` is the ladder rung that a shared key proves (0 for a mere
blocking key); `side` says who may meet: 0 any two, 2 records that ask (profiles, contacts without a given name) for
contacts that show the key, 3 who owns an account and 4 who names it, 5 any two where no more than `NAME_CAP` are.
`name` is a code of whose identifier it is, so that its different carriers can be counted; NULL for
profiles and blocking keys. Grain of `shown` and `unasked`: one contact and key by which only those who ask find it;
most are never asked for, so they lie apart in `unasked` (see `meetings`).
"""

from identity.config import Config

# Blocking keys of contacts. Each forgives what the others insist on; NULL parts make no key.
CONTACT_KEYS = (
    "'bn' || birth || left(least(given, family), 1) || left(greatest(given, family), 1)",
    "'bg' || birth || given",
    "'bf' || birth || family",
    "'bp' || birth || coalesce(postal, city, birth_place)",
    "'gc' || least(given, family) || greatest(given, family) || coalesce(city, postal)",
    "'pg' || postal || left(given, 4)",
    "'cf' || city || family || left(given, 1)",
    "'el' || mailbox",
    "'id' || national_id",
    "'of' || birth_place || family",
    "'og' || birth_place || given || left(family, 1)",
    "'ob' || birth || birth_place",
)
# Keys that only small populations can afford: one thing in common, and seldom enough.
LOOSE_KEYS = (
    "'n' || least(given, family) || greatest(given, family)",
    "'gf' || least(given, family) || greatest(given, family) || coalesce(left(birth, 4), '')",
    "'pf' || postal || left(family, 4)",
    "'st' || street || coalesce(postal, city, '')",
    "'gm' || given || right(birth, 5) || left(birth, 3)",
    "'em' || email",
    "'fy' || family || left(given, 2) || left(birth, 7)",
    "'gy' || given || left(family, 2) || left(birth, 7)",
    "'lg' || given",
    "'lf' || family",
    "'lb' || left(birth, 7)",
    "'ld' || right(birth, 5)",
    "'ly' || left(birth, 4) || coalesce(city, postal, birth_place)",
    "'lp' || postal",
    "'ls' || street",
    "'li' || left(family, 2) || left(given, 2)",
    "'ln' || left(given, 3) || coalesce(city, postal, birth_place)",
    "'lm' || left(family, 3) || coalesce(city, postal, birth_place)",
    "'le' || left(email, 4)",
    "'lw' || split_part(email, '@', 2)",
)
# What large populations have instead: who lives together is a family, told apart by the given names.
CROWD_KEYS = (
    "'gf' || least(given, family) || greatest(given, family) || left(birth, 4)",
    "'pf' || postal || left(family, 4) || left(given, 1)",
    "'st' || street || coalesce(postal, city, '') || left(given, 1)",
)
# What a population between small and crowd can afford beside those: one thing whole, and seldom enough.
MIDDLE_KEYS = (
    "'mb' || birth",
    "'mf' || family || left(given, 2)",
    "'mg' || given || coalesce(city, birth_place)",
)
# A name alone, where it is rare: in a crowd more namesakes than these are strangers nearly all.
NAME_KEY = "'n' || least(given, family) || greatest(given, family)"
NAME_CAP = 12
# A household's records meet those of its members that lack the given name, never each other.
HOUSEHOLD_KEY = "'hf' || coalesce(postal, street) || family"
SMALL, MIDDLE = 30_000, 90_000
SMALL_BLOCK_CAP = 100
# A blocking key shared by more records than this says too little to be worth the comparisons.
BLOCK_CAP = 40
# Records beyond which an identifier is not expanded into pairs, whatever they are called.
PAIR_CAP = 60


def identifier_keys(config: Config) -> str:
    """Returns a SELECT of keys from the identifiers relation `{ids}` (junk never links)."""
    cases = " ".join(
        f"WHEN '{r.kind}' THEN {r.bit}" for r in config.rungs() if r.name != "reciprocal_link"
    )
    return f"""
        SELECT DISTINCT hash(i.kind, i.value) AS key, i.rkey, CAST(CASE i.kind {cases} END AS SMALLINT) AS bit,
            CAST(CASE WHEN i.kind <> 'account' THEN 0 WHEN i.origin = 'own' THEN 3 ELSE 4 END AS TINYINT) AS side,
            CAST(CASE WHEN NOT r.profile THEN hash(coalesce(left(least(r.given, r.family), 2), '')
                || coalesce(left(greatest(r.given, r.family), 2), '')) & 4294967295 END AS UINTEGER) AS name
        FROM {{ids}} AS i INNER JOIN {{records}} AS r ON i.rkey = r.rkey WHERE i.junk = ''"""


def block_cap(population: int) -> int:
    """Returns how many records may share a blocking key in a population of this size."""
    return SMALL_BLOCK_CAP if population <= SMALL else BLOCK_CAP


def contact_keys(population: int) -> str:
    """Returns a SELECT of blocking keys from the records relation `{records}`."""
    large = population > SMALL
    more = CROWD_KEYS + (MIDDLE_KEYS if population <= MIDDLE else ()) if large else LOOSE_KEYS
    listed = ", ".join(f"({k})" for k in CONTACT_KEYS + more)
    found = f"""
        SELECT hash(said) AS key, rkey, CAST(0 AS SMALLINT) AS bit, CAST(0 AS TINYINT) AS side,
            CAST(NULL AS UINTEGER) AS name
        FROM (
            SELECT rkey, unnest([{listed}]) AS said FROM {{records}} WHERE NOT profile
        ) WHERE said IS NOT NULL"""
    if not large:
        return found
    return f"""{found}
        UNION ALL
        SELECT hash({NAME_KEY}), rkey, CAST(0 AS SMALLINT), CAST(5 AS TINYINT), NULL
        FROM {{records}} WHERE NOT profile AND {NAME_KEY} IS NOT NULL
        UNION ALL
        SELECT hash({HOUSEHOLD_KEY}), rkey, CAST(0 AS SMALLINT), CAST(2 AS TINYINT), NULL
        FROM {{records}} WHERE NOT profile AND given IS NULL AND {HOUSEHOLD_KEY} IS NOT NULL"""


def offered_keys() -> str:
    """Returns a SELECT of the keys that profiles offer: every two words of a name, each word with each region, labels."""
    return """
        SELECT hash(unnest(offers)) AS key, rkey, CAST(0 AS SMALLINT) AS bit, CAST(2 AS TINYINT) AS side,
            CAST(NULL AS UINTEGER) AS name
        FROM {records} WHERE profile"""


def shown_keys(population: int, *, profiles: bool) -> str:
    """Returns a SELECT (key, rkey) of the keys by which contacts are found, never each other.

    Args:
        population: Small ones have no households.
        profiles: Whether profiles are about; to these a contact shows the formal names behind its given name.
    """
    parts = []
    # The ways a name is written as one word: adalovelace, lovelaceada, alovelace.
    called = "(SELECT rkey, given, family, unnest(roots) AS root FROM people) WHERE length(root) > 1 AND length(root || family) >= 5"
    if population > SMALL:
        parts.append(
            f"SELECT hash({HOUSEHOLD_KEY}) AS key, rkey FROM people WHERE given IS NOT NULL AND {HOUSEHOLD_KEY} IS NOT NULL"
        )
    if profiles:
        parts += [
            "SELECT hash('pn:' || family || ':' || unnest(roots)) AS key, rkey FROM people WHERE family IS NOT NULL",
            "SELECT hash('pr:' || family || ':' || unnest(regions)), rkey FROM people WHERE family IS NOT NULL",
            f"SELECT hash('pl:' || root || family), rkey FROM {called}",
            f"SELECT hash('pl:' || family || root), rkey FROM {called}",
            "SELECT hash('pl:' || left(given, 1) || family), rkey FROM people WHERE length(family) >= 4",
            "SELECT hash('pl:' || family), rkey FROM people WHERE family IS NOT NULL",
        ]
    found = " UNION ALL ".join(parts) or "SELECT 0::UBIGINT AS key, rkey FROM people WHERE false"
    return f"WITH people AS (SELECT * FROM {{records}} WHERE NOT profile) {found}"
