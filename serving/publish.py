"""Publishing: a checked warehouse becomes an immutable generation that readers switch to at once.

`<home>/published/hub.duckdb` is a link to `generations/<id>/hub.duckdb`. A generation is built
aside, made durable, and appears by one rename; the link moves by another. Readers that are at it
keep the file they opened, even after its folder is removed.
"""

import contextlib
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from serving import contents
from serving.generations import current, retire, switch
from serving.generations import make_durable as _make_durable
from serving.lookup import bring_to
from serving.settings import Settings
from serving.sql import name as _name
from serving.sql import text as _text

__all__ = ["Also", "PublishError", "Published", "current", "publish", "retire", "switch"]

# What `why` answers from; the rest of schema identity is working state of the next run.
EVIDENCE = (
    "edges",
    "clusters",
    "identifiers",
    "blocked_identifiers",
    "identity_events",
    "identity_review",
    "review_evidence",
)
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*")
# Sorted so that a reader of one customer, or of one month, skips the rest of the file.
_ORDER = {
    "customers": "customer_id",
    "customer_attributes": "customer_id",
    "customer_identities": "customer_id",
    "consents": "customer_id",
    "interactions": "occurred_at",
    "transactions": "occurred_at",
}
# Reading these packed took eight times as long as all other columns' average.
_WIDE = re.compile(r"HUGEINT|DECIMAL\((19|2\d|3\d),")

Also = Callable[[duckdb.DuckDBPyConnection, Path], None]
"""Adds to a generation that is being built: gets a connection in which it is attached as `hub`, and
its folder, to write further files into."""


class PublishError(RuntimeError):
    """Nothing was published; the generation before stays."""


@dataclass(frozen=True)
class Published:
    """A generation that readers can see.

    Attributes:
        generation_id: Its id.
        file: Its own path, which stays the same; readers use `<home>/published/hub.duckdb`.
        rows: Rows per table, by `schema.table`.
    """

    generation_id: str
    file: Path
    rows: dict[str, int]


def publish(
    home: Path,
    generation_id: str,
    *,
    facts: Mapping[str, Any] | None = None,
    also: Sequence[Also] = (),
    keep: int = 3,
    settings: Settings | None = None,
) -> Published:
    """Copies marts and identity evidence into a new generation and switches readers to it.

    Args:
        home: TESSERA_HOME, absolute. Nobody may write its warehouse meanwhile.
        generation_id: Name of the generation: letters, digits, `-` and `_`; never used before.
        facts: What else to remember of it in `generation.json` and `marts.generation` (JSON; no
            personal values).
        also: Further things to write into the generation before it is switched to, in order.
        keep: How many generations stay on disk, this one included; more while somebody reads them.
        settings: What else to make of it; all defaults when None.

    Returns:
        The new generation.

    Raises:
        PublishError: The id is not usable, the warehouse is missing, busy or has no customers, or
            the disk would not take it.
    """
    if not _ID.fullmatch(generation_id):
        raise PublishError(f"{generation_id!r} cannot name a generation; use letters and digits")
    generations = home / "published" / "generations"
    folder, aside = generations / generation_id, generations / f".{generation_id}"
    if folder.exists():
        raise PublishError(f"generation {generation_id} is published already; choose a new id")
    generations.mkdir(parents=True, exist_ok=True)
    for leftover in generations.glob(".*"):  # Of runs that were killed here.
        shutil.rmtree(leftover)
    aside.mkdir()
    settings = settings or Settings()
    built_at = datetime.now(UTC).isoformat()
    about = {"generation_id": generation_id, "built_at": built_at, **(facts or {})}
    try:
        steps = [lambda hub, at: contents.add(hub, at, home, settings), *also]
        rows = _copy(home / "warehouse" / "hub.duckdb", aside, about, steps)
        (aside / "generation.json").write_text(json.dumps(about | {"rows": rows}, indent=1))
        for file in aside.rglob("*"):
            _make_durable(file)
        _make_durable(aside)
        aside.rename(folder)
        _make_durable(generations)
        if (folder / contents.FINGERPRINTS).exists():
            bring_to(home, folder)
    except BaseException as error:
        # The room it took is wanted by others, most of all when the disk is full.
        with contextlib.suppress(OSError):
            shutil.rmtree(aside, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, duckdb.Error | sqlite3.Error):
            # Without its text, which may quote what it stumbled over: somebody's data.
            what = f"generation {generation_id} could not be written below {home}"
            full = isinstance(error, duckdb.IOException | sqlite3.OperationalError)
            why = "is the disk full?" if full else f"{type(error).__name__} in DuckDB or SQLite"
            raise PublishError(f"{what}: {why} The one before stays") from None
        raise
    switch(home, generation_id)
    retire(home, keep, settings.keep_hours)
    return Published(generation_id, folder / "hub.duckdb", rows)


def _copy(
    warehouse: Path, aside: Path, about: Mapping[str, Any], also: Sequence[Also]
) -> dict[str, int]:
    """Fills `aside/hub.duckdb`; rows per table."""
    # From memory: with the warehouse as main database, read-only, ATTACH would be read-only too.
    connection = duckdb.connect(":memory:", config={"temp_directory": str(aside / ".spill")})
    with connection:
        try:
            connection.execute(f"attach {_text(warehouse)} as warehouse (read_only)")
        except duckdb.Error as error:
            why = "is open in another program" if warehouse.exists() else "is missing"
            fix = "close it" if warehouse.exists() else "run dbt first"
            raise PublishError(f"the warehouse {warehouse} {why}; {fix}") from error
        connection.execute(f"attach {_text(aside / 'hub.duckdb')} as hub")
        rows = {}
        for schema, table in _tables(connection):
            connection.execute(f"create schema if not exists hub.{_name(schema)}")
            rows[f"{schema}.{table}"] = _copy_table(connection, schema, table)
        if "marts.customers" not in rows:
            raise PublishError(f"the warehouse {warehouse} has no marts.customers; run dbt first")
        connection.execute(
            "create or replace table hub.marts.generation as select "
            "facts ->> 'generation_id' as generation_id, "
            "(facts ->> 'built_at')::timestamptz as built_at, "
            f"{rows['marts.customers']}::bigint as customers, facts "
            f"from (select {_text(json.dumps(about))}::json as facts)"
        )
        for step in also:
            step(connection, aside)
        connection.execute("detach warehouse")
        connection.execute("detach hub")  # Writes all of it into the file: no WAL stays.
    shutil.rmtree(aside / ".spill", ignore_errors=True)
    return rows


def _copy_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    """Copies one table, sorted; its rows."""
    full = f"{_name(schema)}.{_name(table)}"
    columns = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() where database_name = 'warehouse' "
            f"and schema_name = {_text(schema)} and table_name = {_text(table)} "
            "order by column_index"
        ).fetchall()
    )
    typed = ", ".join(
        f"{_name(column)} {kind}{' using compression uncompressed' if _WIDE.match(kind) else ''}"
        for column, kind in columns.items()
    )
    connection.execute(f"create table hub.{full} ({typed})")
    by = _ORDER.get(table) if schema == "marts" else None
    order = f"order by {by}" if by in columns else ""
    copied = connection.execute(f"insert into hub.{full} from warehouse.{full} {order}").fetchone()
    return int(copied[0]) if copied else 0


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    # No parameters: with the first one DuckDB imports pandas, for two seconds of CPU.
    evidence = ", ".join(map(_text, EVIDENCE))
    found = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'warehouse' and (table_schema in ('marts', 'activation') or "
        f"table_schema = 'identity' and table_name in ({evidence})) order by all"
    )
    return [(schema, table) for schema, table in found.fetchall()]
