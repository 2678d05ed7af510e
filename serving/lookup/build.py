"""Brings the sidecar to a generation: the changed profiles only, or all of them from nothing."""

import contextlib
import itertools
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from serving.lookup import documents, fingerprints, key_index, store
from serving.lookup.keys import keys_of, number

_INSERT = "insert into profiles values (?, ?, ?)"
_UPDATE = "update profiles set document = ? where rowid = ?"


@dataclass(frozen=True)
class Brought:
    """What it took.

    Attributes:
        from_nothing: whether all documents were written.
        written: documents written.
        removed: customers taken out.
    """

    from_nothing: bool
    written: int
    removed: int


def bring_to(home: Path, generation: Path, *, threads: int = 1) -> Brought:
    """Makes `<home>/published/lookup.sqlite` show a generation, in one step for its readers.

    Args:
        home: the hub's home, absolute.
        generation: the generation's folder, with `hub.duckdb` and `fingerprints.parquet`.
        threads: of DuckDB; more are sooner done and cost more CPU in all.

    Raises:
        OSError, sqlite3.Error, duckdb.Error: nothing changed; the sidecar shows what it showed.
    """
    with _attached(generation, threads) as connection:
        try:
            return _change(connection, home, generation)
        except store.SidecarError:
            return _build(connection, home, generation)


@contextlib.contextmanager
def _attached(generation: Path, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = generation.parent / f".spill-{generation.name}"
    connection = duckdb.connect(":memory:", config={"temp_directory": str(spill)})
    with connection:
        connection.execute("set timezone = 'UTC'; set preserve_insertion_order = false")
        connection.execute(f"set threads = {threads}")
        connection.execute(f"attach '{_quoted(generation / 'hub.duckdb')}' as hub (read_only)")
        yield connection
    with contextlib.suppress(OSError):
        spill.rmdir()


def _build(connection: duckdb.DuckDBPyConnection, home: Path, generation: Path) -> Brought:
    path = home / store.LINK.parent / "lookup" / f"{generation.name}.sqlite"
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()
    sidecar = store.create(path)
    try:
        written = 0
        sidecar.execute("begin")
        for batch in documents.all_documents(connection):
            sidecar.executemany(_INSERT, batch)
            written += len(batch)
        bits = key_index.build(sidecar, *documents.all_keys(connection))
        _replace_aliases(sidecar, _aliases(connection))
        store.say(sidecar, {"format": store.FORMAT, "bits": str(bits), **_facts(generation)})
        sidecar.execute("commit")
        store.finish(sidecar, path)
        store.keep_fingerprints(home, generation)
    except BaseException:
        sidecar.close()
        path.unlink(missing_ok=True)
        raise
    store.point(home, path)
    return Brought(True, written, 0)


def _change(connection: duckdb.DuckDBPyConnection, home: Path, generation: Path) -> Brought:
    sidecar = store.open_to_change(home)
    with contextlib.closing(sidecar):
        known = store.facts(sidecar)
        before = store.fingerprints(home, known["generation_id"])
        if not before.exists() or known["duckdb"] != duckdb.__version__:
            raise store.SidecarError("nothing to compare the new generation with")
        gone = fingerprints.differences(
            connection, str(before), str(generation / fingerprints.NAME)
        )
        sidecar.execute("begin immediate")
        try:
            written = _replace_documents(sidecar, connection, int(known["bits"]), gone)
            _replace_aliases(sidecar, _aliases(connection))
            store.say(sidecar, _facts(generation))
            store.keep_fingerprints(home, generation)
            sidecar.execute("commit")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                sidecar.execute("rollback")
            raise
    if known["generation_id"] != generation.name:
        before.unlink(missing_ok=True)
    return Brought(False, written, len(gone))


def _replace_documents(
    sidecar: sqlite3.Connection,
    connection: duckdb.DuckDBPyConnection,
    bits: int,
    gone: list[str],
) -> int:
    """Writes what is in `chosen`, with its keys; takes out what is gone. Returns how many."""
    out: list[tuple[int, int]] = []
    into: list[tuple[int, int]] = []
    written = 0
    asked = "select rowid, document from profiles where number = ? and customer_id = ?"
    taken_out = [(number(customer_id), customer_id, b"") for customer_id in gone]
    for batch in itertools.chain(documents.chosen_documents(connection), [taken_out]):
        for count, customer_id, document in batch:
            held = sidecar.execute(asked, (count, customer_id)).fetchone()
            old = keys_of(held[1]) if held else set()
            new = keys_of(document) if document else set()
            out.extend((number(key), count) for key in old - new)
            into.extend((number(key), count) for key in new - old)
            if held and document:
                sidecar.execute(_UPDATE, (document, held[0]))
            elif held:
                sidecar.execute("delete from profiles where rowid = ?", (held[0],))
            elif document:
                sidecar.execute(_INSERT, (count, customer_id, document))
            written += bool(document)
    key_index.change(sidecar, bits, out, into)
    return written


def _aliases(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    tables = connection.execute(
        "select 1 from duckdb_tables() where database_name = 'hub' and schema_name = 'marts' "
        "and table_name = 'customer_aliases'"
    ).fetchall()
    if not tables:
        return {}
    rows = connection.execute("select alias_id, customer_id from hub.marts.customer_aliases")
    return dict(rows.fetchall())


def _replace_aliases(sidecar: sqlite3.Connection, aliases: dict[str, str]) -> None:
    held = dict(sidecar.execute("select alias_id, customer_id from aliases").fetchall())
    sidecar.executemany(
        "delete from aliases where alias_id = ?", [(i,) for i in held if i not in aliases]
    )
    changed = [pair for pair in aliases.items() if held.get(pair[0]) != pair[1]]
    sidecar.executemany("insert or replace into aliases values (?, ?)", changed)


def _facts(generation: Path) -> dict[str, str]:
    about = json.loads((generation / "generation.json").read_text())
    return {
        "generation_id": generation.name,
        "built_at": about["built_at"],
        "duckdb": duckdb.__version__,
    }


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
