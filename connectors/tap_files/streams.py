"""A stream of files: which of them are read, and what their rows become."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Raw
from singer_sdk.helpers._batch import BatchConfig

from connectors.tap_base.errors import TapError
from connectors.tap_base.rejects import PLACE, RAW, REJECT
from connectors.tap_base.stream import Stream
from connectors.tap_files.locate import Located, checksum, is_known, locate, on_disk
from connectors.tap_files.reading import Reader, casts_of
from connectors.tap_files.rows import ROW_KEY, Reject, Row
from connectors.tap_files.settings import StreamSettings

if TYPE_CHECKING:
    from connectors.tap_files.tap import TapFiles

RAW_CHARACTERS = 10_000
"""As much of a bad row is kept in the quarantine."""

BULK_BYTES = 32_000_000
"""Files of less than this together are sent record by record, even where batches are asked for."""

SORTS_AS_TEXT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?")


class BadRowError(TapError):
    """A row that cannot be read, where the configuration allows none."""


class FileStream(Stream):
    """The rows of all files of one stream, oldest file first."""

    def __init__(
        self, tap: "TapFiles", name: str, settings: StreamSettings, files: Sequence[Located]
    ) -> None:
        """Take the files as they were found; none is opened yet.

        Args:
            tap: The tap.
            name: The stream's name.
            settings: Its settings.
            files: Its files, oldest first.
        """
        super().__init__(tap, name=name)
        self.settings, self.files = settings, files
        self._keys = settings.keys
        self.primary_keys = settings.keys or (ROW_KEY,)
        self.replication_key = settings.replication_key
        self._occurrences: Counter[bytes] = Counter()
        self._rows = self._rejected = 0

    @property
    def emit_activate_version_messages(self) -> bool:
        """Whether a row that is gone from the files is gone from the source."""
        return self.settings.is_snapshot

    def next_version(self) -> int:
        """Say this snapshot's version: later than the last one's, whatever the clock says."""
        return max(self._initialized_at, int(self.stream_state.get("version", 0)) + 1)

    def _activate(self) -> None:
        # With a row set aside nobody can tell a row that is gone from one that cannot be read.
        if self._activation_due and self._rejected and self.settings.keys:
            self._activation_due = False
            self.logger.warning("rows were set aside, so none is taken for deleted this time")
        super()._activate()

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON schema, from the files that will be read."""
        properties: dict[str, Any] = {}
        if not self.settings.keys:
            properties[ROW_KEY] = {"type": ["string", "null"]}
        for file in self._pending:
            found = self._properties_of(file)
            for name, field in found.items():
                known = properties.get(name)
                properties[name] = field if known is None else _either(known, field)
        return {"type": "object", "properties": properties}

    @cached_property
    def _pending(self) -> list[Located]:
        """The files to read: all of a snapshot, else those that are new or changed."""
        if self.settings.is_snapshot:
            return list(self.files)
        state = self.stream_state
        known = state.get("files", {}) if state.get("settings") == self.settings.digest else {}
        return [file for file in self.files if not is_known(file, known)]

    def _properties_of(self, file: Located) -> dict[str, dict[str, Any]]:
        if file.size:
            with on_disk(file) as path:
                return Reader(path, file.url, self.settings).properties()
        if self.settings.allow_empty:
            return {}
        fix = "export it again, or set 'allow_empty: true' where that is what you mean"
        raise TapError("the file is empty", fix, place=file.url)

    def get_batch_config(self, config: Mapping[str, Any]) -> BatchConfig | None:
        """Batch only what is bulk: a small file is through the pipe before Arrow is loaded."""
        bulk = sum(file.size for file in self._pending) >= BULK_BYTES
        return super().get_batch_config(config) if bulk else None

    def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
        """Read all pending files.

        Args:
            context: Unused.

        Yields:
            Records, and rejects as the target's quarantine expects them.

        Raises:
            TapError: A file as a whole cannot be read, has no rows, or changes while it is read.
        """
        del context
        known: dict[str, Any] = {}
        for file in self._pending:
            known[file.url] = yield from self._read(file)
            if not (self.settings.is_snapshot or self._batching):
                self._remember(known)
        self._remember(known)
        if self._rejected:
            self.logger.warning("%d of %d rows are set aside", self._rejected, self._rows)

    def _remember(self, known: dict[str, Any]) -> None:
        state, there = self.stream_state, {file.url for file in self.files}
        kept = {url: entry for url, entry in state.get("files", {}).items() if url in there}
        state["files"] = kept | known
        state["settings"] = self.settings.digest
        if self._stream_version is not None:
            state["version"] = self._stream_version

    def _read(self, file: Located) -> Generator[dict[str, Any], None, dict[str, Any]]:
        rows_before, reject = self._rows, self._reject
        make: Any = self._record
        with on_disk(file) as path:
            digest = checksum(path)
            if file.size:
                for found in Reader(path, file.url, self.settings).rows():
                    self._rows += 1
                    record = reject(file, found) if isinstance(found, Reject) else make(file, found)
                    if record is not None:
                        yield record
            if file.is_local and locate([file.url]) != [file]:
                fix = "run again once its export is complete"
                raise TapError("the file changed while it was read", fix, place=file.url)
        if self._rows == rows_before and not self.settings.allow_empty:
            fix = "export it again, or set 'allow_empty: true' where that is what you mean"
            raise TapError("the file has no rows", fix, place=file.url)
        return {"modified": file.modified, "size": file.size, "sha256": digest}

    def _record(self, file: Located, row: Row) -> dict[str, Any] | None:
        values = row.values
        for name, cast in self._casts:
            try:
                values[name] = _cast(values.get(name), cast)
            except ValueError:
                told = f"column '{name}' is no {self.settings.types[name]}"
                return self._reject(file, _again(row, "type", told))
        for name in self._keys:
            value = values.get(name)
            if not value or (value.__class__ is not str and _is_blank(value)):
                return self._reject(
                    file, _again(row, "missing_key", f"key column '{name}' is empty")
                )
        if not self._keys:
            values[ROW_KEY] = self._row_key(values)
        return values if self._since is None else self._if_new(file, row)

    @cached_property
    def _casts(self) -> list[tuple[str, Callable[[str], Any]]]:
        return casts_of(self.settings)

    def _row_key(self, values: dict[str, Any]) -> str:
        """Name a row by its content, and by how often the same content came before."""
        content = msgspec.json.encode(values, order="sorted")
        digest = hashlib.blake2b(content, digest_size=16).digest()
        self._occurrences[digest] += 1
        return f"{digest.hex()}-{self._occurrences[digest]}"

    @cached_property
    def _since(self) -> Any:
        """What lets a row of an incremental stream through; None where every row goes."""
        if self.replication_key is None:
            return None
        return self.get_starting_replication_key_value(None) or ""

    def _if_new(self, file: Located, row: Row) -> dict[str, Any] | None:
        key = str(self.replication_key)
        value = row.values.get(key)
        if isinstance(value, Raw):
            value = row.values[key] = msgspec.json.decode(value)
        if value is None or value == "":
            return row.values
        told = key in self.settings.types
        if isinstance(value, str) and not told and not SORTS_AS_TEXT.fullmatch(value):
            problem = f"replication key '{key}' does not sort as text"
            fix = f"declare its type, such as 'types: {{{key}: integer}}'"
            raise TapError(problem, fix, place=f"{file.url} line {row.place}")
        if self._since != "" and type(value) is type(self._since) and value < self._since:
            return None
        return row.values

    def _reject(self, file: Located, reject: Reject) -> dict[str, Any]:
        place = f"{file.url} line {reject.place}"
        if self.settings.on_bad_row == "fail":
            raise BadRowError(
                reject.told, "mend the row, or let 'on_bad_row' be quarantine", place=place
            )
        self._rejected += 1
        if self._rejected == 1:
            self.logger.warning("%s: %s; the row is set aside", place, reject.told)
        return {
            REJECT: reject.reason,
            PLACE: f"{place}: {reject.told}",
            RAW: reject.raw[:RAW_CHARACTERS],
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


def _either(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    """The schema of a column that two files have."""
    if left == right:
        return left
    types = dict.fromkeys((*left["type"], *right["type"]))
    if "number" in types:
        types.pop("integer", None)
    types.pop("null", None)
    return {"type": [*types, "null"]}
