"""Profiles of which a part changed: put together from that part and the document that is there."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa

from serving.lookup.keys import keys_of, number

_LATER = "select rowid, document, whole from main.profiles where number = ? and customer_id = ?"
_BUILT = "select document from built.profiles where number = ? and customer_id = ?"
_PARTS = "parts.arrow"
BATCH = 5_000  # profiles whose parts are held at a time
_KEY = "insert or replace into keys values (?, ?, ?)"

Part = bytes | None
"""JSON of the record, or of what a list holds; None where it stays as it is."""

Changed = tuple[int, str, bool, bool, Part, Part, Part]
"""Number and id of a customer, whether it is gone, whether its record has the keys it had, its
record, identities and consents."""


class _Document(msgspec.Struct):
    customer: msgspec.Raw
    identities: msgspec.Raw
    consents: msgspec.Raw


class _Keyed(msgspec.Struct):
    emails: msgspec.Raw = msgspec.Raw()
    phones: msgspec.Raw = msgspec.Raw()
    handles: msgspec.Raw = msgspec.Raw()


class _Held(msgspec.Struct):
    customer: _Keyed
    identities: msgspec.Raw
    consents: msgspec.Raw


_decode = msgspec.json.Decoder(_Document).decode
_decode_keyed = msgspec.json.Decoder(_Keyed).decode
_decode_held = msgspec.json.Decoder(_Held).decode
_NOBODY = _Held(_Keyed(), msgspec.Raw(b"[]"), msgspec.Raw(b"[]"))


def merged(built: bytes, later: bytes) -> bytes:
    """The document of the build with the record that a later one has, which is nothing else."""
    held = _decode_held(built)
    return b'%b,"identities":%b,"consents":%b}' % (later[:-1], held.identities, held.consents)


def write_parts(folder: Path, parts: pa.RecordBatchReader) -> None:
    """Writes what changed, columns as in `Changed`, for `read_parts`."""
    # Arrow's own form: it is read once, at half of what opening a database for it takes.
    with pa.OSFile(str(folder / _PARTS), "wb") as file, pa.ipc.new_file(file, parts.schema) as all:
        for batch in parts:
            all.write_batch(batch)


def read_parts(folder: Path) -> Iterator[Changed]:
    """What `write_parts` wrote."""
    with pa.OSFile(str(folder / _PARTS)) as file, pa.ipc.open_file(file) as all:
        for count in range(all.num_record_batches):
            yield from zip(*(c.to_pylist() for c in all.get_batch(count).columns), strict=True)


class Profiles:
    """Changed profiles on their way into the sidecar.

    Attributes:
        written: documents taken so far.
        removed: customers that are gone.
    """

    def __init__(self, sidecar: sqlite3.Connection) -> None:
        """Into an open transaction of a sidecar."""
        self._sidecar = sidecar
        self._fresh: list[tuple[int, str, Part, bool]] = []
        self._again: list[tuple[Part, bool, int]] = []
        self._keys: list[tuple[int, int, int]] = []
        self._to_wipe: list[tuple[int, str]] = []
        self.written = self.removed = 0

    def take(self, changed: Changed) -> None:
        """Takes a customer with the parts that changed."""
        count, customer_id, gone, same_keys, record, identities, consents = changed
        who = count, customer_id
        row, later, whole = self._sidecar.execute(_LATER, who).fetchone() or (None, None, False)
        alone = record is not None and identities is None and consents is None
        if alone and same_keys and not whole:
            # Most changes: what the build has need not even be read.
            self._take(who, row, b'{"customer":%b}' % (record or b""), whole=False)
            return
        held: Part = later
        if not whole:
            built = self._sidecar.execute(_BUILT, who).fetchone()
            held = merged(built[0], later) if built and later else built and built[0]
        if held is None and record is None:
            return  # Records of a customer that there is not.
        before = _decode_held(held) if held is not None else _NOBODY
        document = None
        if not gone:
            document = b'{"customer":%b,"identities":%b,"consents":%b}' % (
                _decode(held or b"").customer if record is None else record,
                before.identities if identities is None else b"[%b]" % identities,
                before.consents if consents is None else b"[%b]" % consents,
            )
        if document is None or _keys_may_differ(before, record, identities):
            self._compare(count, customer_id, held, document)
        self._take(who, row, document, whole=True)

    def _take(self, who: tuple[int, str], row: int | None, document: Part, *, whole: bool) -> None:
        if row is None:
            self._fresh.append((*who, document, whole))
        else:
            self._again.append((document, whole, row))
        self.written += document is not None
        self.removed += document is None

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
        self._sidecar.executemany("insert into profiles values (?, ?, ?, ?)", self._fresh)
        again = "update profiles set document = ?, whole = ? where rowid = ?"
        self._sidecar.executemany(again, self._again)
        self._sidecar.executemany(_KEY, self._keys)
        self._sidecar.executemany("insert or ignore into to_wipe values (?, ?)", self._to_wipe)


def _keys_may_differ(before: _Held, record: Part, identities: Part) -> bool:
    if identities is not None and b"[%b]" % identities != bytes(before.identities):
        return True
    return record is not None and _decode_keyed(record) != before.customer
