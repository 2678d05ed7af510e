"""What a stream remembers of the rows it emitted: so that only changed ones go out again.

Look-back windows re-read rows on purpose: an API that cannot filter edits shows them only so.
Fingerprints of the window's rows keep a run with nothing new from emitting anything, and show
which rows are no longer there. Only ids, times and hashes are kept, never values.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from connectors.tap_base.instants import written

CAPACITY = 50_000
"""Rows remembered per stream; beyond it the oldest are forgotten and, if read, emitted again."""

_encode = msgspec.json.Encoder(enc_hook=str, order="sorted").encode


def fingerprint(record: Mapping[str, Any]) -> str:
    """Hash a record's content, whatever the order of its fields: 12 hex digits."""
    try:
        content = _encode(record)
    except UnicodeEncodeError:  # lone surrogates
        content = repr(sorted(record.items())).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(content, digest_size=6).hexdigest()


class Memory:
    """Fingerprints by key: `{key: [instant or "", hash, feed]}`, kept in the state."""

    def __init__(self, kept: dict[str, list[Any]], keys: Sequence[str]) -> None:
        """Continue from the state.

        Args:
            kept: The state's own dictionary; changed in place.
            keys: The stream's primary key.
        """
        self.kept, self._keys = kept, keys
        self._met: set[str] = set()

    def is_new(self, record: Mapping[str, Any], moment: datetime | None, feed: str) -> bool:
        """Tell whether a row differs from what was emitted last, and remember it.

        Args:
            record: The row as it would be emitted.
            moment: Its replication instant, if the stream has one.
            feed: Which feed showed it.
        """
        if not self._keys:
            return True
        key = self.key(record)
        entry = [written(moment) if moment else "", fingerprint(record), feed]
        self._met.add(key)
        before = self.kept.pop(key, None)  # put back at the end: the oldest are forgotten first
        if before is not None and feed == "" and before[2]:
            entry[2] = before[2]  # a row that came along stays the feed's own
        self.kept[key] = entry
        return before is None or before[1] != entry[1]

    def key(self, record: Mapping[str, Any]) -> str:
        """Return a record's primary key as one text."""
        values = [str(record.get(name)) for name in self._keys]
        return values[0] if len(values) == 1 else json.dumps(values)

    def fields(self, key: str) -> dict[str, Any]:
        """Return the primary key's fields again."""
        values = [key] if len(self._keys) == 1 else json.loads(key)
        return dict(zip(self._keys, values, strict=True))

    def missing(self, feed: str, since: datetime) -> list[tuple[str, str]]:
        """List keys and instants of rows this feed showed earlier and no longer does.

        Args:
            feed: The feed.
            since: From when on the feed was read in full.
        """
        return [
            (key, entry[0])
            for key, entry in self.kept.items()
            if entry[2] == feed and entry[0] > written(since) and key not in self._met
        ]

    def forget(self, before: datetime | None) -> None:
        """Drop what no later run will read again.

        Args:
            before: Rows with an older instant go; None where the stream has no instants.
        """
        if before is not None:
            cut = written(before)
            for key in [key for key, entry in self.kept.items() if entry[0] < cut]:
                del self.kept[key]
        for key in list(self.kept)[: max(0, len(self.kept) - CAPACITY)]:
            del self.kept[key]
