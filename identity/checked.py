"""The files that settings name, read before anything rests on them."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import duckdb

from identity import decisions, suppression
from identity.config import Config
from identity.model import Model

Record = tuple[str, str]


def check(given: dict[str, Any] | Config | None) -> None:
    """Reads ladder, model, decisions and suppressed identifiers.

    Args:
        given: The `identity:` block, its files by absolute path.

    Raises:
        IdentityError: One of them cannot be used; the message names file, line and fix.
    """
    config = Config.of(given)
    config.rungs()
    if config.model not in ("auto", "default"):
        Model.load(config.model)
    decisions.read(config.decisions)
    suppression.read(config)


def absent(con: duckdb.DuckDBPyConnection, records: Collection[Record]) -> set[Record]:
    """Returns which of some records no source has.

    Args:
        con: Sees `identity.clusters`.
        records: (source, source_record_id) each.
    """
    asked = list(set(records))
    found = con.execute(
        """SELECT source, source_record_id FROM identity.clusters SEMI JOIN (
            SELECT unnest($sources) AS source, unnest($ids) AS source_record_id
        ) AS asked USING (source, source_record_id)""",
        {"sources": [s for s, _ in asked], "ids": [i for _, i in asked]},
    ).fetchall()
    return {*asked} - {(str(s), str(i)) for s, i in found}


def strangers(con: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    """Returns a sentence for each record that a decision names and no source has: misspelt, or gone since.

    Args:
        con: Sees `identity.clusters`.
        file: The decisions.
    """
    said = [(number, r) for number, d in decisions.numbered(file) for r in d.records]
    gone = absent(con, [record for _, record in said])
    return [
        f"{file}:{number}: there is no contact {record[1]} of source {record[0]}; mend the line where it is misspelt"
        for number, record in said
        if record in gone
    ]
