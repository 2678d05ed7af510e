"""The Parquet file of one stream while its package is open.

A stream whose columns change mid-way is written in segments, each with columns of one type; at
commit they become one file in which every column has the type that holds all of them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.target_landing.arrays import arrow_type
from connectors.target_landing.merging import Part, merge

# Dictionaries cost a third of the writing; they pay where one value fills a column.
DICTIONARY = ["_tessera_package", "_sdc_extracted_at", "_sdc_batched_at", "_sdc_table_version"]
METADATA = pa.schema(
    [
        ("_tessera_package", pa.int64()),
        ("_tessera_row", pa.int64()),
        ("_sdc_extracted_at", arrow_type("TIMESTAMPTZ")),
        ("_sdc_batched_at", arrow_type("TIMESTAMPTZ")),
        ("_sdc_deleted_at", arrow_type("TIMESTAMPTZ")),
        ("_sdc_table_version", pa.int64()),
    ]
)
ROW_GROUP_ROWS = 122_880  # DuckDB's own: one thread reads one group
_SAMPLE_ROWS = 4096
_WORTH = 0.8  # of its size: a column that stays larger is left as it is


class SegmentedFile:
    """Writes batches whose columns may change between them.

    Args:
        path: the file that `close` leaves.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._parts: list[Part] = []
        self._writer: pq.ParquetWriter | None = None
        self._columns: dict[str, str] = {}
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = 0
        self._pending_bytes = 0

    @property
    def pending_bytes(self) -> int:
        """Bytes of input held in memory."""
        return self._pending_bytes

    def append(self, columns: dict[str, str], batch: pa.RecordBatch, size: int) -> None:
        """Add rows.

        Args:
            columns: Parquet column -> kind, without metadata, as in `batch`.
            batch: the rows, metadata columns last.
            size: bytes of input they came from.
        """
        if columns != self._columns:
            self._end_segment()
            self._columns = dict(columns)
        self._pending.append(batch)
        self._pending_rows += batch.num_rows
        self._pending_bytes += size
        self.rows += batch.num_rows
        if self._pending_rows >= ROW_GROUP_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what is held in memory as one row group."""
        if not self._pending:
            return
        table = pa.Table.from_batches(self._pending)
        if self._writer is None:
            path = self.path.with_name(f"{self.path.name}.{len(self._parts)}")
            self._parts.append(Part(path, dict(self._columns)))
            self._writer = writer(path, table.schema, table)
        self._writer.write_table(table, row_group_size=len(table) or 1)
        self._pending = []
        self._pending_rows = self._pending_bytes = 0

    def close(self) -> dict[str, str]:
        """Finish the file.

        Returns:
            Parquet column -> kind, without metadata columns.
        """
        self._end_segment()
        if len(self._parts) == 1:
            self._parts[0].path.rename(self.path)
            return self._parts[0].kinds
        kinds = merge(self._parts, self.path)
        for part in self._parts:
            part.path.unlink()
        return kinds

    def declare(self, columns: dict[str, str]) -> None:
        """Make sure the file has these columns even if no row comes."""
        if not self.rows and not self._parts:
            fields = [pa.field(name, arrow_type(kind)) for name, kind in columns.items()]
            schema = pa.schema([*fields, *_metadata_without(columns)])
            self._columns = dict(columns)
            self._pending = [pa.RecordBatch.from_pylist([], schema=schema)]

    def _end_segment(self) -> None:
        self.flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _metadata_without(columns: dict[str, str]) -> Iterator[pa.Field]:
    return (field for field in METADATA if field.name not in columns)


def writer(path: Path, schema: pa.Schema, sample: pa.Table | None = None) -> pq.ParquetWriter:
    """A Parquet writer as all files of the landing zone are written.

    Args:
        path: the file.
        schema: its columns.
        sample: rows by which to tell columns that are not worth their compression.
    """
    return pq.ParquetWriter(
        path,
        schema,
        compression="lz4" if sample is None else _compression(sample.slice(0, _SAMPLE_ROWS)),
        **_options(schema),
    )


def _options(schema: pa.Schema) -> dict[str, Any]:
    return {
        "use_dictionary": [name for name in DICTIONARY if name in schema.names],
        # Readers skip row groups by package and moment; bounds of payloads would be for nobody.
        "write_statistics": [name for name in METADATA.names if name in schema.names],
        "store_schema": False,
    }


def _compression(rows: pa.Table) -> dict[str, str]:
    """LZ4 for columns that it makes smaller; trying in vain on ids is a tenth of a load."""
    out = pa.BufferOutputStream()
    pq.write_table(rows, out, compression="lz4", **_options(rows.schema))
    tried = pq.read_metadata(pa.BufferReader(out.getvalue())).row_group(0)
    columns = (tried.column(i) for i in range(tried.num_columns))
    return {
        name: "lz4" if c.total_compressed_size < c.total_uncompressed_size * _WORTH else "none"
        for name, c in zip(rows.column_names, columns, strict=True)
    }
