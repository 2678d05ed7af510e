"""Brings the sidecar along with what changed, in one transaction, and wipes what was erased."""

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec

from serving.generations import make_durable
from serving.lookup import key_index, state, store
from serving.lookup.changes import Found
from serving.lookup.keys import keys_of, number
from serving.lookup.state import Mark, SidecarError, State
from serving.sql import text

_MOST = 0.2  # of the profiles may have changed since the build; then it is time for another
_HELD = """
    select rowid, document from main.profiles where number = ?1 and customer_id = ?2
    union all
    select null, document from built.profiles where number = ?1 and customer_id = ?2
    limit 1
"""
_KEY = "insert or replace into keys values (?, ?, ?)"

Part = bytes | None
"""JSON of the record, or of what a list holds; None where it stays as it is."""

Changed = tuple[int, str, bool, Part, Part, Part]
"""Number and id of a customer, whether it is gone, its record, identities and consents."""


class _Document(msgspec.Struct):
    customer: msgspec.Raw
    identities: msgspec.Raw
    consents: msgspec.Raw


class _Keyed(msgspec.Struct):
    emails: msgspec.Raw = msgspec.Raw()
    phones: msgspec.Raw = msgspec.Raw()
    handles: msgspec.Raw = msgspec.Raw()


_decode = msgspec.json.Decoder(_Document).decode
_NOBODY = _Document(msgspec.Raw(b"{}"), msgspec.Raw(b"[]"), msgspec.Raw(b"[]"))
_decode_keyed = msgspec.json.Decoder(_Keyed).decode


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
            along = _Along(sidecar)
            for parts in _parts(home):
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


class _Along:
    """Profiles on their way into the changes."""

    def __init__(self, sidecar: sqlite3.Connection) -> None:
        self._sidecar = sidecar
        self._fresh: list[tuple[int, str, Part]] = []
        self._again: list[tuple[Part, int]] = []
        self._keys: list[tuple[int, int, int]] = []
        self._to_wipe: list[tuple[int, str]] = []
        self.written = self.removed = 0

    def take(self, changed: Changed) -> None:
        """Takes a customer with the parts that changed."""
        count, customer_id, gone, record, identities, consents = changed
        row, held = self._sidecar.execute(_HELD, (count, customer_id)).fetchone() or (None, None)
        if held is None and record is None:
            return  # Records of a customer that there is not.
        before = _decode(held) if held is not None else _NOBODY
        document = None
        if not gone:
            document = b'{"customer":%b,"identities":%b,"consents":%b}' % (
                before.customer if record is None else record,
                _list(identities, before.identities),
                _list(consents, before.consents),
            )
        if document is None or _keys_may_differ(before, record, identities):
            self._compare(count, customer_id, held, document)
        if row is None:
            self._fresh.append((count, customer_id, document))
        else:
            self._again.append((document, row))
        self.written += not gone
        self.removed += gone

    def _compare(self, count: int, customer_id: str, held: Part, document: Part) -> None:
        old = keys_of(held) if held is not None else set()
        new = keys_of(document) if document is not None else set()
        lost = old - new
        if lost or (held is not None and document is None):
            self._to_wipe.append((count, customer_id))
            old = set()  # The build will not name the others either.
        self._keys.extend((number(key), count, 0) for key in lost)
        self._keys.extend((number(key), count, 1) for key in new - old)

    def write(self) -> None:
        """Writes all that was taken."""
        self._sidecar.executemany("insert into profiles values (?, ?, ?)", self._fresh)
        self._sidecar.executemany("update profiles set document = ? where rowid = ?", self._again)
        self._sidecar.executemany(_KEY, self._keys)
        self._sidecar.executemany("insert or ignore into to_wipe values (?, ?)", self._to_wipe)


def _list(part: Part, before: msgspec.Raw) -> bytes:
    return bytes(before) if part is None else b"[%b]" % part


def _keys_may_differ(before: _Document, record: Part, identities: Part) -> bool:
    if identities is not None and b"[%b]" % identities != bytes(before.identities):
        return True
    return record is not None and _decode_keyed(record) != _decode_keyed(before.customer)


def _parts(home: Path) -> Iterator[Changed]:
    parts = ", ".join(f"encode({part})" for part in ("customer", "identities", "consents"))
    file = store.next_folder(home) / "parts.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(f"select number, customer_id, gone, {parts} from {text(file)}")
        while batch := rows.fetchmany(5_000):
            yield from batch


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
