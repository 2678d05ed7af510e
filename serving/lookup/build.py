"""Brings the sidecar to a generation: the changed profiles only, or all of them from nothing."""

import contextlib
import itertools
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from serving.lookup import change, changes, documents, key_index, state, store
from serving.lookup.changes import Found
from serving.lookup.state import SidecarError, State
from serving.sql import text

_INSERT = "insert into main.profiles values (?, ?, ?)"


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
        generation: the generation's folder, with `hub.duckdb`.
        threads: of DuckDB; more are sooner done and cost more CPU in all.

    Raises:
        OSError, sqlite3.Error, duckdb.Error: nothing changed; the sidecar shows what it showed.
    """
    try:
        return _bring_to(home, generation, threads)
    finally:
        shutil.rmtree(store.next_folder(home), ignore_errors=True)


def _bring_to(home: Path, generation: Path, threads: int) -> Brought:
    found = changes.read(home, generation.name)
    if found is None:
        with _attached(generation, threads) as connection:
            found = changes.find(connection, home, generation.name)
    if found.since:
        # What cannot be brought along is built anew.
        with contextlib.suppress(SidecarError):
            return Brought(False, *change.bring_along(home, found, _built_at(generation)))
    with _attached(generation, threads) as connection:
        if found.since:
            found = changes.find(connection, home, generation.name, anew=True)
        return _build(connection, home, generation, found)


@contextlib.contextmanager
def _attached(generation: Path, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = generation.parent / f".spill-{generation.name}"
    connection = duckdb.connect(":memory:", config={"temp_directory": str(spill)})
    with connection:
        connection.execute("set timezone = 'UTC'; set preserve_insertion_order = false")
        connection.execute(f"set threads = {threads}")
        connection.execute(f"attach {text(generation / 'hub.duckdb')} as hub (read_only)")
        yield connection
    with contextlib.suppress(OSError):
        spill.rmdir()


def _build(
    connection: duckdb.DuckDBPyConnection, home: Path, generation: Path, found: Found
) -> Brought:
    path = _unused(store.folder(home), generation.name)
    sidecar = store.create(path)
    try:
        written = 0
        sidecar.execute("begin")
        for batch in documents.all_documents(connection):
            sidecar.executemany(_INSERT, batch)
            written += len(batch)
        bits = key_index.build(sidecar, *documents.all_keys(connection))
        sidecar.executemany("insert into changes.aliases values (?, ?)", change.aliases(home) or ())
        marks = change.take_over(home, found, path.stem)
        known = State(path.stem, generation.name, _built_at(generation), bits, marks, written)
        state.write(sidecar, "changes", known)
        sidecar.execute("commit")
        store.finish(sidecar, path)
    except BaseException:
        sidecar.close()
        for file in (path, store.changes_of(path)):
            file.unlink(missing_ok=True)
        raise
    store.point(home, path)
    store.sweep(home, marks.values())
    return Brought(True, written, 0)


def _unused(folder: Path, name: str) -> Path:
    """A file of that name, or of one like it: what readers are at must not be touched."""
    paths = (folder / f"{name}{f'-{n}' if n else ''}.sqlite" for n in itertools.count())
    return next(path for path in paths if not path.exists())


def _built_at(generation: Path) -> str:
    return str(json.loads((generation / "generation.json").read_text())["built_at"])
