"""What DuckDB answers for a server: timelines, evidence, provenance, the steward's queue.

Connections are read-only, see nothing outside their file, and are pinned to one generation.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from serving import generations

Row = dict[str, Any]
_OPEN_FILES: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "threads": "2",
    "memory_limit": "1GB",
}


class History:
    """The DuckDB files of a generation; threads may share it."""

    def __init__(self, home: Path) -> None:
        """Opens nothing yet."""
        self._home = home
        self._lock = threading.Lock()
        self._files: dict[Path, duckdb.DuckDBPyConnection] = {}

    def ask(
        self, generation_id: str, file: str, sql: str, values: Sequence[Any] | Mapping[str, Any]
    ) -> list[Row]:
        """Rows of a query over a generation's file; of the current one where that is withdrawn.

        Raises:
            LookupError: neither generation has such a file, or not the tables.
        """
        cursor = self._cursor(generation_id, file)
        try:
            try:
                found = cursor.execute(sql, values)
            except duckdb.CatalogException:
                raise LookupError(f"{file} of this generation lacks a table") from None
            names = [column[0] for column in found.description or ()]
            return [
                {name: _plain(value) for name, value in zip(names, row, strict=True)}
                for row in found.fetchall()
            ]
        finally:
            cursor.close()

    def _cursor(self, generation_id: str, file: str) -> duckdb.DuckDBPyConnection:
        path = generations.folder(self._home, generation_id) / file
        if not path.exists():
            path = (self._home / "published" / "hub.duckdb").resolve().with_name(file)
        with self._lock:
            connection = self._files.get(path)
            if connection is None:
                if not path.exists():
                    raise LookupError(f"no published generation has {file}")
                for other in [held for held in self._files if held.name == file]:
                    self._files.pop(other).close()
                connection = duckdb.connect(path, read_only=True, config=_OPEN_FILES)
                connection.execute("set timezone = 'UTC'; set lock_configuration = true")
                self._files[path] = connection
            return connection.cursor()

    def close(self) -> None:
        """Lets go of the generation."""
        with self._lock:
            for connection in self._files.values():
                connection.close()
            self._files.clear()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value
