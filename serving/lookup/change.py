"""Brings the sidecar along with what changed, in one transaction, and wipes what was erased."""

import contextlib
import secrets
import sqlite3
from pathlib import Path

import duckdb
import msgspec

from serving.generations import make_durable
from serving.lookup import key_index, state, store
from serving.lookup.changes import Found
from serving.lookup.keys import keys_of, number
from serving.lookup.profiles import Profiles, read_parts
from serving.lookup.state import Mark, SidecarError, State
from serving.sql import text

_MOST = 0.5  # of the profiles may have changed since the build; then it is time for another


def bring_along(home: Path, found: Found, built_at: str) -> tuple[int, int]:
    """Writes the parts that were found.

    Returns:
        How many documents were written, and how many customers were taken out.

    Raises:
        SidecarError: it takes a build from nothing.
    """
    known = store.state(home)
    if known is None or known.stamp != found.since:
        raise SidecarError("nothing to bring along")
    with contextlib.closing(store.open_to_change(home)) as sidecar:
        try:
            sidecar.execute("begin immediate")
            along = Profiles(sidecar)
            for parts in read_parts(store.next_folder(home)):
                along.take(parts)
            along.write()
            held = sidecar.execute("select count(*) from profiles").fetchone()[0]
            if held > max(_MOST * known.profiles, 100):
                raise SidecarError("too much changed since the build")
            given = aliases(home)
            if given is not None:
                _replace_aliases(sidecar, dict(given))
            stamp = secrets.token_hex(8)
            marks = take_over(home, found, stamp)
            fresh = State(stamp, found.generation, built_at, known.bits, marks, known.profiles)
            state.write(sidecar, "main", fresh)
            sidecar.execute("commit")
        except sqlite3.DatabaseError as error:
            _rolled_back(sidecar)
            if isinstance(error, sqlite3.OperationalError):
                raise  # The disk is full, or another is at it: no reason to build anew.
            raise SidecarError("the lookup sidecar is broken") from error
        except BaseException:
            _rolled_back(sidecar)
            raise
        # What is left to wipe is noted; the new generation shows all the same.
        with contextlib.suppress(sqlite3.OperationalError):
            wipe(home, sidecar, known.bits)
            _settle(sidecar)
    store.sweep(home, marks.values())
    return along.written, along.removed


def aliases(home: Path) -> list[tuple[str, str]] | None:
    """Alias and customer of the generation that was looked at; None where they did not change."""
    file = store.next_folder(home) / "aliases.parquet"
    if not file.exists():
        return None
    with duckdb.connect() as connection:
        return connection.execute(f"select alias_id, customer_id from {text(file)}").fetchall()


def take_over(home: Path, found: Found, name: str) -> dict[str, Mark]:
    """Moves files with marks out of the folder `next`; what is known of each table then."""
    marks = {}
    for table, mark in found.marks.items():
        moved = {"all": mark.all, "since": mark.since}
        for which, file in moved.items():
            fresh = store.next_folder(home) / file
            if file and fresh.exists():
                moved[which] = f"{name}.{file}"
                make_durable(fresh.rename(store.folder(home) / moved[which]))
        marks[table] = msgspec.structs.replace(mark, **moved)
    return marks


def wipe(home: Path, sidecar: sqlite3.Connection, bits: int) -> None:
    """Takes profiles that were erased, or lost a key, out of the file of the build for good.

    A kill in between leaves them noted: the next change goes on.
    """
    noted = sidecar.execute("select number, customer_id from to_wipe").fetchall()
    if not noted:
        return
    with contextlib.closing(store.open_to_wipe(home)) as built:
        built.execute("begin immediate")
        out = []
        for who in noted:
            asked = "select rowid, document from profiles where number = ? and customer_id = ?"
            for row, document in built.execute(asked, who).fetchall():
                out += [(number(key), who[0]) for key in keys_of(document)]
                built.execute("delete from profiles where rowid = ?", [row])
        key_index.change(built, bits, out, [])
        built.execute("commit")
        _settle(built)
    sidecar.executemany("delete from to_wipe where number = ? and customer_id = ?", noted)


def _replace_aliases(sidecar: sqlite3.Connection, given: dict[str, str]) -> None:
    held = dict(sidecar.execute("select alias_id, customer_id from aliases").fetchall())
    sidecar.executemany(
        "delete from aliases where alias_id = ?", [(i,) for i in held if i not in given]
    )
    changed = [pair for pair in given.items() if held.get(pair[0]) != pair[1]]
    sidecar.executemany("insert or replace into aliases values (?, ?)", changed)


def _rolled_back(sidecar: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        sidecar.execute("rollback")


def _settle(sidecar: sqlite3.Connection) -> None:
    """Empties the write-ahead log, unless a reader is at it for long."""
    sidecar.execute("pragma busy_timeout = 2000")
    sidecar.execute("pragma wal_checkpoint(truncate)").fetchall()
