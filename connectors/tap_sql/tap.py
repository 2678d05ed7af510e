"""The tap: one stream per table or query that the configuration names, or every table."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import msgspec
import sqlalchemy as sa

from connectors.tap_base.errors import TapError
from connectors.tap_base.tap import Tap
from connectors.tap_sql import columns
from connectors.tap_sql.database import engine_of, told
from connectors.tap_sql.streams import SqlStream


class StreamSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stream's settings, with those of the tap that hold for all."""

    table: str | None = None
    query: str | None = None
    key: str | list[str] = []
    replication_key: str | None = None
    look_back_seconds: int = 60
    chunk_size: int = 10_000

    @property
    def keys(self) -> tuple[str, ...]:
        """The key's columns; none means the table's own primary key."""
        return (self.key,) if isinstance(self.key, str) else tuple(self.key)


class TapSql(Tap):
    """Any table or query of PostgreSQL, MySQL, MariaDB and SQLite.

    SQL Server and Oracle should work where their SQLAlchemy drivers are installed; untested.
    """

    name = "tap-sql"
    package_name = "tessera"
    dynamic_catalog = True
    config_jsonschema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["url"],
        "properties": {
            "url": {
                "type": "string",
                "secret": True,
                "description": "Such as postgresql://user:password@host/database, mysql://… or "
                "sqlite:////absolute/path; it is never logged. Reading is all the user need be "
                "allowed.",
            },
            "schema": {
                "type": "string",
                "description": "Where to find the tables if no streams are named.",
            },
            "streams": {
                "type": "object",
                "description": "Streams by name; every table of the schema where left out.",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "table": {
                            "type": "string",
                            "description": "Table or view; the stream's name where left out.",
                        },
                        "query": {"type": "string", "description": "A SELECT in place of a table."},
                        "key": {
                            "type": ["string", "array"],
                            "items": {"type": "string"},
                            "description": "The primary key where left out; a query has none.",
                        },
                        "replication_key": {
                            "type": "string",
                            "description": "A column that grows with every change: only rows at "
                            "or after its greatest value are read. Without it each run reads the "
                            "whole table, and rows that are gone count as deleted.",
                        },
                        "look_back_seconds": {
                            "type": "integer",
                            "minimum": 0,
                            "description": "How far before the bookmark a time is read again, for "
                            "rows committed late; 60 where left out. Unchanged rows are not "
                            "emitted again.",
                        },
                        "chunk_size": {
                            "type": "integer",
                            "minimum": 1,
                            "description": "Rows fetched at once; 10000 where left out.",
                        },
                    },
                },
            },
        },
    }

    @cached_property
    def engine(self) -> sa.Engine:
        """The database.

        Raises:
            TapError: The URL is of no use.
        """
        return engine_of(str(self.config["url"]))

    def discover_streams(self) -> Sequence[SqlStream]:
        """Ask the database for the columns of each stream.

        Returns:
            The streams; one whose table is missing is noted as failed, and left out.

        Raises:
            TapError: The database cannot be reached or refuses us.
        """
        self.failures.clear()  # the SDK asks again when it has read a catalog
        streams = []
        with told(self.engine), self.engine.connect() as connection:
            named = self.config.get("streams") or self._every_table(connection)
            for name, config in named.items():
                try:
                    streams.append(self._stream(connection, name, config))
                except TapError as error:
                    connection.rollback()
                    self.failed(error, name)
        return streams

    def _every_table(self, connection: sa.Connection) -> dict[str, dict[str, Any]]:
        schema = self.config.get("schema")
        prefix = f"{schema}." if schema else ""
        tables = sa.inspect(connection).get_table_names(schema)
        return {name: {"table": prefix + name} for name in sorted(tables)}

    def _stream(self, connection: sa.Connection, name: str, config: Any) -> SqlStream:
        try:
            settings = msgspec.convert(config, StreamSettings)
        except msgspec.ValidationError as error:
            problem = str(error).replace("Object ", "").replace("`", "'")
            fix = "see tap-sql --about"
            raise TapError(f"its settings are not understood: {problem}", fix) from None
        if settings.table and settings.query:
            raise TapError("it names a table and a query", "leave one of them out")
        with told(self.engine):
            if settings.query:
                relation = columns.query(connection, settings.query)
            else:
                relation = columns.table(connection, settings.table or name)
        return SqlStream(self, name, settings, relation)
