"""What a person may decide: pairs that were suggested, held or vetoed by a rule, best first."""

from dataclasses import dataclass
from typing import Any

import duckdb

from identity.store import SCHEMA


@dataclass(frozen=True)
class Suggestion:
    """A pair to accept (`confirm`) or refuse (`never`), with the evidence for it and what held it."""

    left: tuple[str, str]
    right: tuple[str, str]
    rule: str
    bits: float
    probability: float
    status: str
    reason: str
    identifiers: tuple[str, ...]


def review(
    con: duckdb.DuckDBPyConnection, limit: int = 50, status: str | None = None, schema: str = SCHEMA
) -> list[Suggestion]:
    """Returns the pairs most worth a person's look.

    Args:
        con: Connection to the warehouse (read-only suffices).
        limit: At most so many.
        status: Only 'suggested', 'held' or 'vetoed'.
        schema: Schema of the working tables.
    """
    wanted = "WHERE status = $status" if status else ""
    parameters: dict[str, Any] = {"status": status} if status else {}
    rows = con.execute(
        f"""SELECT left_source, left_record_id, right_source, right_record_id, rule, weight, probability, status,
            reason, identifiers
        FROM {schema}.v_identity_review {wanted}
        ORDER BY weight DESC, 1, 2, 3, 4 LIMIT {int(limit)}""",
        parameters,
    ).fetchall()
    return [
        Suggestion((r[0], r[1]), (r[2], r[3]), r[4], r[5], r[6], r[7], r[8], tuple(r[9] or ()))
        for r in rows
    ]
