"""Records that cannot be filed: kept whole with their reason, in the same package as the rest."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.target_landing.committing import fingerprint

SCHEMA = pa.schema(
    [
        ("stream", pa.string()),
        ("reason", pa.string()),
        ("field", pa.string()),
        ("dropped", pa.bool_()),
        ("record", pa.binary()),
        ("_tessera_package", pa.int64()),
        ("_tessera_row", pa.int64()),
        ("_sdc_batched_at", pa.timestamp("us", "UTC")),
    ]
)
_BATCH_BYTES = 8 << 20


class Quarantine:
    """The quarantine of one open package.

    `record` is the raw JSON as it came, bytes because it may not even be UTF-8. `dropped` is False
    where only the named field's value was left out of a row that was filed.
    """

    def __init__(self, path: Path, package: int, batched_at: Any) -> None:
        self._path = path
        self._package = package
        self._batched_at = batched_at
        self._rows: list[dict[str, Any]] = []
        self._bytes = 0
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0
        self.reasons: dict[str, Counter[str]] = {}

    def add(
        self, stream: str, row: int, record: bytes, reason: str, field: str, *, dropped: bool = True
    ) -> None:
        """Keep a record that was refused, or of which a value was."""
        self._rows.append(
            {
                "stream": stream,
                "reason": reason,
                "field": field,
                "dropped": dropped,
                "record": record,
                "_tessera_package": self._package,
                "_tessera_row": row,
                "_sdc_batched_at": self._batched_at,
            }
        )
        self._bytes += len(record)
        self.rows += 1
        self.reasons.setdefault(stream, Counter())[reason] += 1
        if self._bytes > _BATCH_BYTES:
            self._flush()

    def close(self) -> dict[str, Any] | None:
        """Finish the file.

        Returns:
            What the manifest says of it, None if there is nothing.
        """
        if not self.rows:
            return None
        self._flush()
        if self._writer is not None:
            self._writer.close()
        reasons = {stream: dict(counts) for stream, counts in self.reasons.items()}
        return {**fingerprint(self._path), "rows": self.rows, "reasons": reasons}

    def _flush(self) -> None:
        if self._rows:
            if self._writer is None:
                self._writer = pq.ParquetWriter(self._path, SCHEMA, store_schema=False)
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=SCHEMA))
            self._rows = []
            self._bytes = 0
