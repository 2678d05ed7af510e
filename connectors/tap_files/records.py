"""What a row becomes: a record in its declared types, or a reject with the reason."""

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw

from connectors.tap_base.errors import TapError
from connectors.tap_base.rejects import PLACE, RAW, REJECT
from connectors.tap_files.reading import casts_of
from connectors.tap_files.rows import ROW_KEY, Reject, Row
from connectors.tap_files.settings import StreamSettings

RAW_CHARACTERS = 10_000
"""As much of a bad row is kept in the quarantine."""

SORTS_AS_TEXT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?")


class BadRowError(TapError):
    """A row that cannot be read, where the configuration allows none."""


class RecordMaker:
    """Makes the records of one stream in one run, and counts."""

    def __init__(self, settings: StreamSettings, since: Any, logger: logging.Logger) -> None:
        """Prepare what does not depend on the row.

        Args:
            settings: The stream's settings.
            since: The bookmark of an incremental stream, if there is one.
            logger: Told of the first reject.
        """
        self.rows = self.rejected = 0
        self._settings, self._since, self._logger = settings, since, logger
        self._keys = settings.keys
        self._casts = casts_of(settings)
        self._occurrences: Counter[bytes] = Counter()

    def make(self, url: str, found: Row | Reject) -> dict[str, Any] | None:
        """Turn what a reader found into what is emitted.

        Args:
            url: The file.
            found: A row, or what could not be read as one.

        Returns:
            A record or reject; None for a row older than the bookmark.

        Raises:
            TapError: A bad row where none is allowed, or a replication key without an order.
        """
        self.rows += 1
        if isinstance(found, Reject):
            return self._reject(url, found)
        values = found.values
        for name, cast in self._casts:
            try:
                values[name] = _cast(values.get(name), cast)
            except ValueError:
                told = f"column '{name}' is no {self._settings.types[name]}"
                return self._reject(url, _again(found, "type", told))
        for name in self._keys:
            value = values.get(name)
            if not (value.__class__ is str and value) and _is_blank(value):
                told = f"key column '{name}' is empty"
                return self._reject(url, _again(found, "missing_key", told))
        if not self._keys:
            values[ROW_KEY] = self._row_key(values)
        key = self._settings.replication_key
        return values if key is None or self._is_new(key, url, found) else None

    def _row_key(self, values: dict[str, Any]) -> str:
        """Name a row by its content, and by how often the same content came before."""
        content = msgspec.json.encode(values, order="sorted")
        digest = hashlib.blake2b(content, digest_size=16).digest()
        self._occurrences[digest] += 1
        return f"{digest.hex()}-{self._occurrences[digest]}"

    def _is_new(self, key: str, url: str, row: Row) -> bool:
        value, since = row.values.get(key), self._since
        if isinstance(value, Raw):
            value = row.values[key] = msgspec.json.decode(value)
        if value is None or value == "":
            return True
        told = key in self._settings.types
        if isinstance(value, str) and not told and not SORTS_AS_TEXT.fullmatch(value):
            problem = f"replication key '{key}' does not sort as text"
            fix = f"declare its type, such as 'types: {{{key}: integer}}'"
            raise TapError(problem, fix, place=f"{url} line {row.place}")
        return not (value.__class__ is since.__class__ and value < since)

    def _reject(self, url: str, reject: Reject) -> dict[str, Any]:
        place = f"{url} line {reject.place}"
        if self._settings.on_bad_row == "fail":
            fix = "mend the row, or let 'on_bad_row' be quarantine"
            raise BadRowError(reject.told, fix, place=place)
        self.rejected += 1
        if self.rejected == 1:
            self._logger.warning("%s: %s; the row is set aside", place, reject.told)
        raw = reject.raw[:RAW_CHARACTERS].encode(errors="surrogateescape")
        return {
            REJECT: reject.reason,
            PLACE: f"{place}: {reject.told}",
            RAW: raw.decode(errors="backslashreplace"),
        }


def _again(row: Row, reason: str, told: str) -> Reject:
    return Reject(row.place, reason, told, msgspec.json.encode(row.values, enc_hook=str).decode())


def _cast(value: Any, cast: Callable[[str], Any]) -> Any:
    """Turn a cell into its declared type; an empty one is null, raw JSON but text stays."""
    if isinstance(value, Raw):
        if memoryview(value)[0] != b'"'[0]:
            return value
        value = msgspec.json.decode(value)
    text = value.strip() if value is not None else ""
    return cast(text) if text else None


def _is_blank(value: Any) -> bool:
    if isinstance(value, Raw):
        return bytes(value) in {b"null", b'""'}
    return value is None or value == ""
