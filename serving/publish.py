"""Publishing: a checked warehouse becomes an immutable generation that readers switch to at once.

`<home>/published/hub.duckdb` is a link to `generations/<id>/hub.duckdb`. A generation is built
aside, made durable, and appears by one rename; the link moves by another. Readers that are at it
keep the file they opened, even after its folder is removed.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

# What `why` answers from; the rest of schema identity is working state of the next run.
EVIDENCE = (
    "edges",
    "clusters",
    "identifiers",
    "blocked_identifiers",
    "identity_events",
    "identity_review",
)
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*")

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
) -> Published:
    """Copies marts and identity evidence into a new generation and switches readers to it.

    Args:
        home: TESSERA_HOME, absolute. Nobody may write its warehouse meanwhile.
        generation_id: Name of the generation: letters, digits, `-` and `_`; never used before.
        facts: What else to remember of it in `generation.json` and `marts.generation` (JSON; no
            personal values).
        also: Further things to write into the generation before it is switched to, in order.
        keep: How many generations stay on disk, this one included.

    Returns:
        The new generation.

    Raises:
        PublishError: The id is not usable, the warehouse is missing, busy or has no customers.
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
    built_at = datetime.now(UTC).isoformat()
    about = {"generation_id": generation_id, "built_at": built_at, **(facts or {})}
    rows = _copy(home / "warehouse" / "hub.duckdb", aside, about, also)
    (aside / "generation.json").write_text(json.dumps(about | {"rows": rows}, indent=1))
    for file in aside.rglob("*"):
        _make_durable(file)
    _make_durable(aside)
    aside.rename(folder)
    _make_durable(generations)
    switch(home, generation_id)
    retire(home, keep)
    return Published(generation_id, folder / "hub.duckdb", rows)


def switch(home: Path, generation_id: str) -> None:
    """Points readers to a generation that is on disk: the newest, or an older one to go back to."""
    published = home / "published"
    fresh = published / ".hub.duckdb.next"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("generations") / generation_id / "hub.duckdb")
    fresh.rename(published / "hub.duckdb")
    _make_durable(published)


def current(home: Path) -> dict[str, Any] | None:
    """What `generation.json` of the generation that readers see holds; None before the first."""
    link = home / "published" / "hub.duckdb"
    try:
        about = json.loads((link.resolve().parent / "generation.json").read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    return dict(about)


def retire(home: Path, keep: int) -> None:
    """Removes old generations but the newest `keep` and the one readers are sent to."""
    in_use = (home / "published" / "hub.duckdb").resolve().parent
    folders = [f for f in (home / "published" / "generations").iterdir() if f.name[0] != "."]
    oldest_first = sorted(folders, key=lambda folder: folder.stat().st_mtime_ns)
    for folder in oldest_first[: max(len(folders) - keep, 0)]:
        if folder.resolve() != in_use:
            shutil.rmtree(folder)


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
            name = f'"{schema}"."{table}"'
            connection.execute(f'create schema if not exists hub."{schema}"')
            connection.execute(f"create table hub.{name} as from warehouse.{name}")
            counted = connection.execute(f"select count(*) from hub.{name}").fetchone()
            rows[f"{schema}.{table}"] = int(counted[0]) if counted else 0
        if "marts.customers" not in rows:
            raise PublishError(f"the warehouse {warehouse} has no marts.customers; run dbt first")
        connection.execute(
            "create or replace table hub.marts.generation as select "
            "$1 ->> 'generation_id' as generation_id, "
            "($1 ->> 'built_at')::timestamptz as built_at, "
            "$2::bigint as customers, $1 as facts from (select $1::json)",
            [json.dumps(about), rows["marts.customers"]],
        )
        for step in also:
            step(connection, aside)
        connection.execute("detach warehouse")
        connection.execute("detach hub")  # Writes all of it into the file: no WAL stays.
    shutil.rmtree(aside / ".spill", ignore_errors=True)
    return rows


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    found = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'warehouse' and (table_schema in ('marts', 'activation') or "
        "table_schema = 'identity' and list_contains(?, table_name)) order by all",
        [list(EVIDENCE)],
    )
    return [(schema, table) for schema, table in found.fetchall()]


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
