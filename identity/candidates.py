"""Pairs worth comparing: records that share a key few others have.

A key crossing its cap, up or down, counts as a change of all its records, so that an increment ends with
the same pairs as a rebuild.
"""

from identity.config import Config
from identity.keys import NAME_CAP, PAIR_CAP, block_cap

# Whether two carriers of a key, a and b, may meet by it.
MAY_MEET = "NOT (a.side = b.side AND a.side IN (1, 2))"


def most_carriers(population: int) -> int:
    """Returns beyond how many carriers no key makes pairs, whatever it is."""
    return max(PAIR_CAP, block_cap(population))


def carriers_sql(keys: str) -> str:
    """Returns a SELECT (key, bit, side, carriers) of the keys that several rows of a relation of keys have."""
    return f"""
        SELECT key, any_value(bit) AS bit, any_value(side) AS side, count(*) AS carriers FROM {keys}
        GROUP BY key HAVING carriers > 1"""


def eligible_sql(carried: str, keys: str, config: Config, population: int) -> str:
    """Returns a SELECT of the keys that may make pairs.

    Args:
        carried: Relation of `carriers_sql` over `keys`.
        keys: Relation of keys; of each key that matters it holds all rows.
        config: Caps per rung.
        population: Records, for the cap of blocking keys.
    """
    caps = " ".join(f"WHEN {r.bit} THEN {r.cap}" for r in config.rungs() if r.bit > 1)
    return f"""
        WITH shared AS (
            SELECT * FROM {carried} WHERE carriers <= {most_carriers(population)}
        ),
        crowded AS (
            SELECT s.key, any_value(s.bit) AS bit, count(DISTINCT k.name) AS names
            FROM shared AS s INNER JOIN {keys} AS k ON s.key = k.key
            WHERE s.bit > 0 AND s.carriers > 2 AND s.carriers <= {PAIR_CAP}
            GROUP BY s.key
        )
        SELECT key FROM shared
        WHERE carriers <= CASE WHEN bit <> 0 THEN 2 WHEN side = 5 THEN {NAME_CAP} ELSE {block_cap(population)} END
        UNION ALL
        SELECT key FROM crowded WHERE names <= CASE bit {caps} ELSE 3 END"""


def asked_sql(shown: str, asked: str) -> str:
    """Returns a SELECT of the keys shown that are asked for, in the columns of `keys`: most nobody asks for.

    Args:
        shown: Relation (key, rkey).
        asked: Relation of keys; those of side 2 ask.
    """
    return f"{shown_sql(shown)} WHERE key IN (SELECT key FROM {asked} WHERE side = 2)"


def shown_sql(shown: str) -> str:
    """Returns a SELECT of keys shown in the columns of `keys`."""
    return f"""SELECT key, rkey, CAST(0 AS SMALLINT) AS bit, CAST(1 AS TINYINT) AS side, CAST(NULL AS UINTEGER) AS name
        FROM {shown}"""


def pairs_sql(keys: str, eligible: str, dirty: str | None = None) -> str:
    """Returns a SELECT (l, r, mask) of the pairs that share eligible keys.

    Args:
        keys: Relation of keys.
        eligible: Relation of eligible keys.
        dirty: Relation (rkey) of the records whose pairs are wanted, or None for all pairs.
    """
    direction = "CASE WHEN a.side = 3 AND b.side = 4 THEN {} WHEN a.side = 4 AND b.side = 3 THEN {} ELSE 0 END"
    if dirty is None:
        left, on = "meeting", "a.rkey < b.rkey"
        ends = f"a.rkey AS l, b.rkey AS r, a.bit | {direction.format(256, 512)} AS mask"
    else:
        left, on = f"(SELECT * FROM meeting WHERE rkey IN (FROM {dirty}))", "a.rkey <> b.rkey"
        ends = f"""least(a.rkey, b.rkey) AS l, greatest(a.rkey, b.rkey) AS r, a.bit | CASE WHEN a.rkey < b.rkey
            THEN {direction.format(256, 512)} ELSE {direction.format(512, 256)} END AS mask"""
    # Crowded keys go before the join: some are shared by thousands.
    return f"""
        WITH meeting AS MATERIALIZED (SELECT * FROM {keys} WHERE key IN (FROM {eligible}))
        SELECT l, r, CAST(bit_or(mask) AS SMALLINT) AS mask FROM (
            SELECT {ends} FROM {left} AS a INNER JOIN meeting AS b ON a.key = b.key AND {on}
            WHERE {MAY_MEET}
        ) GROUP BY l, r"""
