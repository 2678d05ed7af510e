"""A stream of rows: a whole table as one snapshot, or what is new by a replication key."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectors.tap_base.errors import TapError
from connectors.tap_base.instants import written
from connectors.tap_base.memory import fingerprint
from connectors.tap_base.stream import Expected, Stream
from connectors.tap_sql.columns import Relation
from connectors.tap_sql.database import told

if TYPE_CHECKING:
    from connectors.tap_sql.tap import StreamSettings, TapSql

EDGE_ROWS = 10_000
"""Rows at the bookmark that are remembered, so that re-reading them emits only what changed."""


class SqlStream(Stream):
    """The rows of one table or query."""

    def __init__(
        self, tap: "TapSql", name: str, settings: "StreamSettings", relation: Relation
    ) -> None:
        """Describe the stream.

        Args:
            tap: The tap.
            name: The stream's name.
            settings: Its settings.
            relation: What it reads.

        Raises:
            TapError: Key or replication key is no column.
        """
        self._relation, self._settings, self._engine = relation, settings, tap.engine
        properties = {column.name: column.schema for column in relation.columns}
        super().__init__(tap, {"type": "object", "properties": properties}, name)
        self.primary_keys = settings.keys or relation.key
        self.replication_key = settings.replication_key
        for column in (*self.primary_keys, *filter(None, [settings.replication_key])):
            if column not in properties:
                columns = ", ".join(list(properties)[:40])
                raise TapError(f"there is no column '{column}'", f"there are {columns}")

    @property
    def emit_activate_version_messages(self) -> bool:
        """Whether a row that is gone from the table is gone from the source."""
        return self.replication_key is None

    def next_version(self) -> int:
        """Say this snapshot's version: later than the last one's, whatever the clock says."""
        version = max(self._initialized_at, int(self.stream_state.get("version", 0)) + 1)
        self.stream_state["version"] = version
        return version

    @property
    def is_sorted(self) -> bool:
        """Whether Python agrees with the database on the order: of text it may not."""
        schema = self._key_schema
        return "integer" in schema.get("type", ()) or schema.get("format") in {"date", "date-time"}

    @cached_property
    def _key_schema(self) -> dict[str, Any]:
        if self.replication_key is None:
            return {}
        schema: dict[str, Any] = self.schema["properties"][self.replication_key]
        return schema

    def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
        """Read the rows in one transaction, in chunks.

        Args:
            context: Unused.

        Yields:
            Records.

        Raises:
            TapError: The database cannot be reached, refuses us, or breaks off.
        """
        del context
        since = self._since()
        with told(self._engine), self._snapshot() as connection:
            if self.replication_key is None:
                yield from self._rows(connection, None)
                return
            known = set(self.stream_state.get("edge", ()))
            newest = since
            for record in self._rows(connection, self._window(since)):
                value = _aware(record[self.replication_key])
                is_old = value is None or since is None or value <= since
                if is_old and known and fingerprint(record) in known:
                    continue
                if value is not None and (newest is None or value > newest):
                    newest = value
                yield record
            self.stream_state["edge"] = self._edge(connection, self._window(newest))

    def expected(self) -> Expected:
        """Count the rows, and ask for the greatest value of the replication key.

        Raises:
            TapError: The database cannot be reached or refuses us.
        """
        key = self.replication_key
        newest: Any = sa.func.max(sa.column(key)) if key else sa.null()
        asked = sa.select(sa.func.count(), newest).select_from(self._relation.source)
        with told(self._engine), self._engine.connect() as connection:
            row: Any = connection.execute(asked).one()
        rows, value = row
        moment = _aware(value) if isinstance(value, datetime) else None
        return int(rows), False, written(moment) if moment else None

    def _snapshot(self) -> Any:
        engine = self._engine
        levels = {"sqlite": "SERIALIZABLE", "mssql": "READ COMMITTED", "oracle": "READ COMMITTED"}
        level = levels.get(engine.dialect.name, "REPEATABLE READ")
        size = self._settings.chunk_size
        return engine.connect().execution_options(
            stream_results=True, max_row_buffer=size, isolation_level=level
        )

    def _rows(self, connection: sa.Connection, since: Any) -> Iterator[dict[str, Any]]:
        columns = self._relation.columns
        names = [column.name for column in columns]
        converts = [(column.name, column.convert) for column in columns if column.convert]
        result = connection.execute(self._select(since))
        for part in result.partitions(self._settings.chunk_size):
            for row in part:
                record = dict(zip(names, row, strict=True))
                for name, convert in converts:
                    if (value := record[name]) is not None:
                        record[name] = convert(value)
                yield record

    def _select(self, since: Any) -> sa.Select[Any]:
        chosen: list[Any] = [
            sa.literal_column(column.expression).label(column.name)
            if column.expression
            else sa.column(column.name)
            for column in self._relation.columns
        ]
        select = sa.select(*chosen).select_from(self._relation.source)
        if self.replication_key is None:
            return select
        key: sa.ColumnClause[Any] = sa.column(self.replication_key)
        if since is not None:
            select = select.where(sa.or_(key >= since, key.is_(None)))
        return select.order_by(key)

    def _since(self) -> Any:
        """The bookmark as the driver takes it; None before the first run."""
        value = self.get_starting_replication_key_value(None) if self.replication_key else None
        kind = self._key_schema.get("format")
        if not isinstance(value, str) or self._engine.dialect.name == "sqlite":
            return value  # SQLite holds times as text, in whatever form
        if kind == "date":
            return date.fromisoformat(value[:10])
        return _aware(datetime.fromisoformat(value)) if kind == "date-time" else value

    def _window(self, since: Any) -> Any:
        """Go back from a bookmark, for a row may be committed later than its time says."""
        if not isinstance(since, datetime):
            return since
        return since - timedelta(seconds=self._settings.look_back_seconds)

    def _edge(self, connection: sa.Connection, since: Any) -> list[str]:
        """Fingerprint the rows that the next run will read again."""
        if since is None:
            return []
        edge: list[str] = []
        for record in self._rows(connection, since):
            edge.append(fingerprint(record))
            if len(edge) > EDGE_ROWS:
                return []
        return edge


def _aware(value: Any) -> Any:
    """Take a time without a zone for one in UTC, as the whole hub does."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value
