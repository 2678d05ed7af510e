"""The package a load has open: files that grow aside until one rename makes them count."""

import os
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.target_landing.arrays import INSTANT, instants
from connectors.target_landing.columns import DELETED_AT, Column
from connectors.target_landing.committing import commit, fingerprint
from connectors.target_landing.hold import OPEN_PREFIX
from connectors.target_landing.names import file_stem
from connectors.target_landing.packages import ACTIVATIONS, QUARANTINE, Package
from connectors.target_landing.quarantine import Quarantine
from connectors.target_landing.schemas import StreamSchema
from connectors.target_landing.segments import SegmentedFile
from connectors.target_landing.stream import Rows

_MAX_HELD = 48 << 20  # bytes of input in memory over all streams


class OpenPackage:
    """Files of one package while rows come in.

    Args:
        home: the source's folder.
        number: the package's number.
    """

    def __init__(self, home: Path, number: int) -> None:
        self.home = home
        self.number = number
        self.path = home / f"{OPEN_PREFIX}load-{number:012d}-{os.getpid()}"
        self.path.mkdir()
        self.opened_at = time.monotonic()
        self.batched_at = datetime.now(UTC)
        self.next_row = 0
        self.bytes = 0
        self.quarantine = Quarantine(self.path / QUARANTINE, number, self.batched_at)
        self._files: dict[str, SegmentedFile] = {}
        self._activations: list[dict[str, Any]] = []

    @property
    def rows(self) -> int:
        """Rows filed so far."""
        return sum(file.rows for file in self._files.values())

    @property
    def empty(self) -> bool:
        """Whether nothing came that a package would have to keep."""
        return not (self._files or self._activations or self.quarantine.rows)

    def append(
        self,
        stream: str,
        columns: tuple[Column, ...],
        arrays: list[pa.Array],
        rows: Rows,
        size: int,
    ) -> None:
        """Add finished columns to a stream's file, metadata columns after them."""
        own: dict[str, pa.Array] = {
            column.parquet: array for column, array in zip(columns, arrays, strict=True)
        }
        deleted = own.pop(DELETED_AT, None)
        count = len(rows.numbers)
        own["_tessera_package"] = pa.repeat(pa.scalar(self.number, pa.int64()), count)
        own["_tessera_row"] = _numbers(rows.numbers)
        batched = pa.scalar(self.batched_at, INSTANT)
        own["_sdc_extracted_at"] = _extracted(rows.extracted, batched, count)
        own["_sdc_batched_at"] = pa.repeat(batched, count)
        own[DELETED_AT] = pa.nulls(count, INSTANT) if deleted is None else deleted
        own["_sdc_table_version"] = _versions(rows.versions, count)
        batch = pa.RecordBatch.from_arrays(list(own.values()), names=list(own))
        self._file(stream).append(_kinds(columns), batch, size)
        if sum(file.pending_bytes for file in self._files.values()) > _MAX_HELD:
            max(self._files.values(), key=lambda file: file.pending_bytes).flush()

    def declare(self, stream: str, columns: tuple[Column, ...]) -> None:
        """Give a stream that never had a row an empty file, so that its columns are known."""
        self._file(stream).declare(_kinds(columns))

    def activate(self, stream: str, version: int) -> None:
        """Note that a version of a stream became the only one."""
        self._activations.append(
            {
                "stream": stream,
                "version": version,
                "row": self.next_row,
                "_tessera_package": self.number,
            }
        )

    def commit(
        self,
        schemas: dict[str, StreamSchema],
        manifest: dict[str, Any],
        state: bytes,
        durable: bool,
    ) -> Package:
        """Finish all files and make the package count.

        Args:
            schemas: the schema of every stream.
            manifest: what the manifest says beyond this package's own content.
            state: the Singer STATE value, JSON.
            durable: whether to force everything to the disk.
        """
        streams = {name: self._finished(name, schemas[name]) for name in self._files}
        if self._activations:
            pq.write_table(pa.Table.from_pylist(self._activations), self.path / ACTIVATIONS)
        whole = {
            **manifest,
            "first": self.number,
            "last": self.number,
            "streams": streams,
            "activations": [
                {key: one[key] for key in ("stream", "version", "row")} for one in self._activations
            ],
            "activations_file": fingerprint(self.path / ACTIVATIONS) if self._activations else None,
            "quarantine": self.quarantine.close(),
        }
        whole["seen"] = {**manifest["seen"], **dict.fromkeys(streams, self.number)}
        return commit(self.path, self.home, whole, state, durable=durable)

    def abandon(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _file(self, stream: str) -> SegmentedFile:
        if stream not in self._files:
            self._files[stream] = SegmentedFile(self.path / f"{file_stem(stream)}.parquet")
        return self._files[stream]

    def _finished(self, name: str, schema: StreamSchema) -> dict[str, Any]:
        file = self._files[name]
        kinds = file.close()
        columns = {
            column: parquet for column, parquet in schema.known_names.items() if parquet in kinds
        }
        return {
            **fingerprint(file.path),
            "rows": file.rows,
            "schema": schema.baseline,
            "key_properties": schema.keys,
            "columns": columns,
            "retired_columns": {
                column: parquet
                for column, parquet in schema.known_names.items()
                if parquet not in kinds
            },
            "types": kinds,
            "drift": schema.drift,
        }


def _numbers(numbers: Sequence[int]) -> pa.Array:
    if isinstance(numbers, range):
        return pa.arange(numbers.start, numbers.stop)
    return pa.array(numbers, pa.int64())


def _kinds(columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.parquet: column.kind for column in columns if column.name != DELETED_AT}


def _extracted(
    texts: Sequence[str | None] | pa.StringArray, batched: pa.Scalar, count: int
) -> pa.Array:
    try:
        if isinstance(texts, pa.Array):
            if texts.null_count == count:
                return pa.repeat(batched, count)
            return instants(texts).fill_null(batched)
        distinct = set(texts)
        if distinct <= {None}:
            return pa.repeat(batched, count)
        if len(distinct) == 1:
            return pa.repeat(instants(pa.array([texts[0]], pa.string()))[0], count)
        return instants(pa.array(texts, pa.string())).fill_null(batched)
    except pa.ArrowException:
        return pa.repeat(batched, count)


def _versions(versions: Sequence[int | None] | pa.Int64Array, count: int) -> pa.Array:
    if isinstance(versions, pa.Array):
        return pc.cast(versions, pa.int64())
    if not any(versions):
        return pa.nulls(count, pa.int64()) if None in versions else pa.array(versions, pa.int64())
    return pa.array(versions, pa.int64())
