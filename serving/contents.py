"""What a generation holds beside the copied marts: meanings, audiences, exports, history."""

import hashlib
from collections.abc import Container
from pathlib import Path

import duckdb
import msgspec

from serving import audiences, catalog
from serving.lookup import changes, marks
from serving.lookup.state import Mark
from serving.settings import Settings
from serving.sql import name, text

HISTORY = "history.duckdb"
HASHES = "hashes.json"
_HISTORY_SQL = (Path(__file__).parent / "history.sql").read_text()


def answers_lookups(tables: Container[str], settings: Settings) -> bool:
    """Whether a generation with these tables (`schema.table`) gets into the sidecar."""
    return settings.lookup and all(f"marts.{table}" in tables for table in marks.PARTS)


def add(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    home: Path,
    generation_id: str,
    settings: Settings,
) -> None:
    """Completes a generation that is being built.

    Args:
        connection: the generation's `hub.duckdb` is attached in it as `hub`.
        folder: the generation's folder.
        home: the hub's home.
        generation_id: its name.
        settings: what to make.
    """
    described = catalog.read()
    catalog.write(described, folder)
    tables = dict(audiences.tables(connection, "hub"))
    _comment(connection, "hub", described)
    known: dict[str, Mark] = {}
    if answers_lookups({f"marts.{table}" for table in tables}, settings):
        # One thread: two are sooner done and cost a quarter more.
        connection.execute("set threads = 1")
        known = changes.find(connection, home, generation_id).marks
        connection.execute("reset threads")
    (folder / HASHES).write_bytes(msgspec.json.encode(_hashes(connection, tables, known)))
    if settings.analyst:
        audiences.write_analyst(connection, folder, described, audiences.pepper(home))
        _comment(connection, "analyst", described)
    if settings.parquet:
        _export(connection, "hub", folder / "parquet" / "operator")
    if settings.parquet and settings.analyst:
        _export(connection, "analyst", folder / "parquet" / "analyst")
    if settings.analyst:
        connection.execute("detach analyst")
    if settings.lookup and tables.keys() >= {"interactions", "transactions"}:
        connection.execute(f"attach {text(folder / HISTORY)} as history")
        connection.execute(_HISTORY_SQL)
        connection.execute("detach history")


def _comment(
    connection: duckdb.DuckDBPyConnection, database: str, described: catalog.Catalog
) -> None:
    """Says in the file itself what tables and columns mean; BI tools show it."""
    said = ["begin"]  # one transaction: each comment on its own would be made durable
    for table, columns in audiences.tables(connection, database):
        full = f"{database}.marts.{name(table)}"
        about = described.get(table, catalog.Table())
        said.append(f"comment on table {full} is {text(about.description)}")
        for column in columns:
            meaning = catalog.column(described, table, column).description
            said.append(f"comment on column {full}.{name(column)} is {text(meaning)}")
    connection.execute("; ".join([*said, "commit"]))


def _hashes(
    connection: duckdb.DuckDBPyConnection,
    tables: dict[str, dict[str, str]],
    known: dict[str, Mark],
) -> dict[str, str]:
    """A hash of each table's columns and rows, whatever their order: who copies skips the same."""
    found = {}
    for table, columns in tables.items():
        if table in known:  # The lookups have looked at each row already.
            rows, total = known[table].rows, known[table].total
        else:
            rows, total = marks.look(connection, table)
        said = repr((duckdb.__version__, list(columns.items()), rows, total))
        found[table] = hashlib.sha256(said.encode()).hexdigest()
    return found


def _export(connection: duckdb.DuckDBPyConnection, database: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    for table, _ in audiences.tables(connection, database):
        connection.execute(
            f"copy {database}.marts.{name(table)} to {text(folder / f'{table}.parquet')} "
            "(format parquet, compression zstd)"
        )
