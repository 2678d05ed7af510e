"""A load: Singer lines in, packages out, and STATE only after what it vouches for."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from connectors.target_landing.config import Settings
from connectors.target_landing.errors import (
    RecordBeforeSchemaError,
    TooManyQuarantinedError,
)
from connectors.target_landing.hold import report, sweep
from connectors.target_landing.packages import Package, folder
from connectors.target_landing.schemas import StreamSchema
from connectors.target_landing.trust import trusted

if TYPE_CHECKING:  # Arrow costs half a second: a load without a change does not pay for it
    from connectors.target_landing.opened import OpenPackage
    from connectors.target_landing.stream import Refusal, Rows, Stream


class Load:
    """One run of the target over one source; its holder has the source's lock.

    Args:
        settings: where to, and within which limits.
        emit_state: gets each STATE value, as JSON, once its package is durable.
    """

    def __init__(self, settings: Settings, emit_state: Callable[[bytes], None]) -> None:
        self.settings = settings
        self.home = folder(Path(settings.landing), settings.source)
        self.schemas: dict[str, StreamSchema] = {}
        self.streams: dict[str, Stream] = {}
        self.committed: list[Package] = []
        self._emit_state = emit_state
        for name in sweep(self.home):
            report(f"source {settings.source}: removed {name}, left open by a load that died")
        self._newest = trusted(Path(settings.landing), settings.source)
        self._state = self._newest.state_bytes
        self._pending_state: bytes | None = None
        self._open: OpenPackage | None = None
        self._rows_since_state = 0
        self._seen_rows = Counter[str]()
        self._refused = Counter[str]()
        self._batch_files: list[Path] = []

    # Messages, in the order in which they come

    def schema(self, stream: str, schema: dict[str, Any], keys: list[str]) -> None:
        """Take a SCHEMA."""
        own = self.schemas.get(stream)
        if own is None:
            past = self._newest.past_of(stream)
            own = self.schemas[stream] = StreamSchema(
                self.settings.source,
                stream,
                self.settings.contract_of(stream),
                known_names={**past.get("retired_columns", {}), **past.get("columns", {})},
                baseline=past.get("schema"),
            )
        if own.declare(schema, keys) and stream in self.streams:
            self.streams[stream].retype()

    def stream(self, name: str, line: int) -> "Stream":
        """The stream of a record.

        Raises:
            RecordBeforeSchemaError: no SCHEMA came yet.
        """
        if name in self.streams:
            return self.streams[name]
        if name not in self.schemas:
            raise RecordBeforeSchemaError(
                f"source {self.settings.source}, stream {name}: line {line} is a record, but no "
                "SCHEMA of the stream came before; the tap has to send it first"
            )
        from connectors.target_landing.stream import Stream

        def emit(columns: Any, arrays: Any, rows: "Rows", size: int) -> None:
            self._package().append(name, columns, arrays, rows, size)

        def refuse(refusal: "Refusal") -> None:
            self._refuse(name, refusal)

        stream = Stream(self.schemas[name], emit, refuse, self.settings.max_record_bytes)
        stream.retype()
        self.streams[name] = stream
        return stream

    def all_streams(self) -> "dict[str, Stream]":
        """Every stream with a SCHEMA, ready to take records."""
        if len(self.streams) < len(self.schemas):
            for name in self.schemas:
                self.stream(name, 0)
        return self.streams

    def numbers(self, count: int) -> range:
        """Places in the package for records about to come."""
        package = self._package()
        start = package.next_row
        package.next_row += count
        self._rows_since_state += count
        return range(start, start + count)

    def count(self, stream: str, count: int, size: int) -> None:
        """Note that records were taken, for the limits of packages and of the quarantine."""
        self._seen_rows[stream] += count
        self._package().bytes += size

    def activate(self, stream: str, version: int) -> None:
        """Take an ACTIVATE_VERSION."""
        self._package().activate(stream, version)

    def batch_files(self, files: list[Path]) -> None:
        """Files that may be deleted once the open package is committed."""
        if self.settings.remove_batches:
            self._batch_files += files

    def state(self, value: bytes) -> None:
        """Take a STATE; the package ends here if it is big or old enough."""
        self._pending_state = value
        self._rows_since_state = 0
        if self._open is None:
            return
        limits = self.settings
        if (
            self._open.next_row >= limits.max_package_records
            or self._open.bytes >= limits.max_package_bytes
        ):
            self._commit()
        else:
            self.tick()

    def tick(self) -> None:
        """Commit the open package if it is old enough and ends in a STATE."""
        if self._open is None or self._rows_since_state or self._pending_state is None:
            return
        if time.monotonic() - self._open.opened_at >= self.settings.max_package_seconds:
            self._commit()

    def finish(self) -> None:
        """Commit what is left at the end of the input."""
        for name, schema in self.schemas.items():
            if name not in self._newest.seen and schema.columns:
                self._package().declare(name, schema.columns)
        changed = self._pending_state is not None and not _same(self._pending_state, self._state)
        if changed:
            self._package()
        if self._open is not None:
            self._commit()
        elif self._pending_state is not None:
            self._emit_state(self._pending_state)

    def abandon(self) -> None:
        """Forget the open package; nothing of it counts."""
        if self._open is not None:
            self._open.abandon()
            self._open = None

    def _package(self) -> "OpenPackage":
        if self._open is None:
            from connectors.target_landing.opened import OpenPackage

            self._open = OpenPackage(self.home, self._newest.number + 1)
        return self._open

    def _refuse(self, stream: str, refusal: "Refusal") -> None:
        self._package().quarantine.add(
            stream,
            refusal.row,
            refusal.record,
            refusal.reason,
            refusal.field,
            dropped=refusal.dropped,
        )
        if refusal.dropped:
            self._refused[stream] += 1

    def _commit(self) -> None:
        package = self._package()
        self._hold_to_share(package)
        state = self._state if self._pending_state is None else self._pending_state
        manifest = {
            "source": self.settings.source,
            "previous": self._newest.number,
            "previous_sha256": self._newest.manifest_sha256,
            "seen": self._newest.seen,
        }
        done = package.commit(self.schemas, manifest, state, self.settings.fsync)
        self._open = None
        self._state = state
        self.committed.append(done)
        self._newest = self._newest.followed_by(done)
        for schema in self.schemas.values():
            schema.drift = {}
        if package.quarantine.rows:
            report(
                f"source {self.settings.source}: {package.quarantine.rows} record(s) quarantined "
                f"in package {done.name}: {_reasons(package.quarantine.reasons)}"
            )
        for file in self._batch_files:
            file.unlink(missing_ok=True)
        self._batch_files = []
        if self._pending_state is not None:
            self._emit_state(self._pending_state)

    def _hold_to_share(self, package: "OpenPackage") -> None:
        for stream, refused in self._refused.items():
            share = refused / max(self._seen_rows[stream], 1)
            if share > self.settings.max_quarantined_share:
                reasons: dict[str, int] = dict(package.quarantine.reasons.get(stream, {}))
                raise TooManyQuarantinedError(
                    f"source {self.settings.source}, stream {stream}: {refused} of "
                    f"{self._seen_rows[stream]} records break their schema "
                    f"({_reasons({stream: reasons})}), more than max_quarantined_share "
                    f"{self.settings.max_quarantined_share} allows; "
                    "mend the tap's schema or raise it",
                    reasons,
                )


def _reasons(reasons: Any) -> str:
    return "; ".join(
        f"{stream}: " + ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items()))
        for stream, counts in sorted(reasons.items())
    )


def _same(left: bytes, right: bytes) -> bool:
    return left == right or msgspec.json.decode(left) == msgspec.json.decode(right)
