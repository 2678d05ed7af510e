"""How common each value is: counted once, then frozen with the model, so that scores do not drift."""

import duckdb

from identity.model import Model
from identity.shares import LEAST
from identity.vocabulary import name_frequencies

# Below this many records the data's own counts say little of how common a name is among people at large.
_SMALL = 50_000


def count(con: duckdb.DuckDBPyConnection, model: Model, records: str, into: str) -> None:
    """Writes `into` (col, value, tf): shares of the contacts' values; values met once are left out.

    Args:
        con: Connection holding `records`.
        model: Says which columns weigh by rarity.
        records: Standardised records.
        into: Name of the table to create.
    """
    total = _scalar(con, f"SELECT count(*) FROM {records} WHERE NOT profile")
    parts = [
        f"SELECT '{c}' AS col, {c} AS value, count(*) / greatest({total}, {LEAST})::DOUBLE AS tf"
        f" FROM {records} WHERE {c} IS NOT NULL AND NOT profile GROUP BY {c} HAVING count(*) > 1"
        for c in model.term_columns
    ]
    parts.append(
        f"SELECT 'root', root, count(*) / greatest({total}, {LEAST})::DOUBLE FROM"
        f" (SELECT unnest(roots) AS root FROM {records} WHERE NOT profile) GROUP BY root HAVING count(*) > 1"
    )
    con.execute(f"CREATE OR REPLACE TABLE {into} AS {' UNION ALL '.join(parts)}")
    if total < _SMALL:
        world = [
            (col, name, share)
            for col, part in (("given", "given"), ("root", "given"), ("family", "family"))
            for name, share in name_frequencies()[part].items()
        ]
        con.execute("CREATE OR REPLACE TEMP TABLE world (col VARCHAR, value VARCHAR, tf DOUBLE)")
        con.execute(
            "INSERT INTO world SELECT unnest($c), unnest($v), unnest($t)",
            {"c": [w[0] for w in world], "v": [w[1] for w in world], "t": [w[2] for w in world]},
        )
        con.execute(
            f"CREATE OR REPLACE TABLE {into} AS SELECT col, value, max(tf) AS tf FROM"
            f" (FROM {into} UNION ALL FROM world) GROUP BY ALL"
        )


def joins(columns: list[str], terms: str, side: str) -> str:
    """Returns LEFT JOINs that bring `t_<column>.tf`, the share of the record's value."""
    return " ".join(
        f"LEFT JOIN (SELECT value, tf FROM {terms} WHERE col = '{c}') AS t_{c} ON t_{c}.value = {side}.{c}"
        for c in columns
    )


def _scalar(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    return int(row[0]) if row else 0
