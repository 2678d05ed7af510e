"""A stream of files: which of them are read, and what their rows become."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from singer_sdk.helpers._batch import BatchConfig

from connectors.tap_base.errors import TapError
from connectors.tap_base.stream import Stream
from connectors.tap_files.locate import Located, checksum, is_known, locate, on_disk
from connectors.tap_files.reading import Reader
from connectors.tap_files.records import RecordMaker
from connectors.tap_files.rows import ROW_KEY
from connectors.tap_files.settings import StreamSettings

if TYPE_CHECKING:
    from connectors.tap_files.tap import TapFiles

BULK_BYTES = 32_000_000
"""Files of less than this together are sent record by record, even where batches are asked for."""


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
        self.primary_keys = settings.keys or (ROW_KEY,)
        self.replication_key = settings.replication_key
        self._maker = RecordMaker(settings, None, self.logger)

    @property
    def emit_activate_version_messages(self) -> bool:
        """Whether a row that is gone from the files is gone from the source."""
        return self.settings.is_snapshot

    def next_version(self) -> int:
        """Say this snapshot's version: later than the last one's, whatever the clock says."""
        return max(self._initialized_at, int(self.stream_state.get("version", 0)) + 1)

    def _activate(self) -> None:
        # With a row set aside nobody can tell a row that is gone from one that cannot be read.
        if self._activation_due and self._maker.rejected and self.settings.keys:
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
        since = self.get_starting_replication_key_value(None) if self.replication_key else None
        self._maker = maker = RecordMaker(self.settings, since, self.logger)
        known: dict[str, Any] = {}
        for file in self._pending:
            known[file.url] = yield from self._read(file)
            if not (self.settings.is_snapshot or self._batching):
                self._remember(known)
        self._remember(known)
        if maker.rejected:
            self.logger.warning("%d of %d rows are set aside", maker.rejected, maker.rows)

    def _remember(self, known: dict[str, Any]) -> None:
        state, there = self.stream_state, {file.url for file in self.files}
        kept = {url: entry for url, entry in state.get("files", {}).items() if url in there}
        state["files"] = kept | known
        state["settings"] = self.settings.digest
        if self._stream_version is not None:
            state["version"] = self._stream_version

    def _read(self, file: Located) -> Generator[dict[str, Any], None, dict[str, Any]]:
        make, rows_before = self._maker.make, self._maker.rows
        with on_disk(file) as path:
            digest = checksum(path)
            if file.size:
                for found in Reader(path, file.url, self.settings).rows():
                    record = make(file.url, found)
                    if record is not None:
                        yield record
            if file.is_local and locate([file.url]) != [file]:
                fix = "run again once its export is complete"
                raise TapError("the file changed while it was read", fix, place=file.url)
        if self._maker.rows == rows_before and not self.settings.allow_empty:
            fix = "export it again, or set 'allow_empty: true' where that is what you mean"
            raise TapError("the file has no rows", fix, place=file.url)
        return {"modified": file.modified, "size": file.size, "sha256": digest}


def _either(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    """The schema of a column that two files have."""
    if left == right:
        return left
    types = dict.fromkeys((*left["type"], *right["type"]))
    if "number" in types:
        types.pop("integer", None)
    types.pop("null", None)
    return {"type": [*types, "null"]}
