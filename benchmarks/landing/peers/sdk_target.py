"""The SDK's own SQL target over DuckDB, nothing overridden that need not be."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from singer_sdk.sql import SQLConnector, SQLSink, SQLTarget


class DuckConnector(SQLConnector):
    """DuckDB by its SQLAlchemy dialect."""

    allow_temp_tables = False

    def get_sqlalchemy_url(self, config: Any) -> str:
        """Where the file is."""
        return f"duckdb:///{config['path']}"

    def create_empty_table(
        self,
        full_table_name: Any,
        schema: dict[str, Any],
        primary_keys: Sequence[str] | None = None,
        partition_keys: list[str] | None = None,
        as_temp_table: bool = False,
    ) -> None:
        """A table whose whole numbers hold 64 bits, without a key: the stock sink only appends."""
        _, schema_name, name = self.parse_full_table_name(full_table_name)
        columns = []
        for column, kind in schema["properties"].items():
            sql = self.to_sql_type(kind)
            sql = sa.BigInteger() if isinstance(sql, sa.Integer) else sql
            columns.append(sa.Column(column, sql))
        sa.Table(name, sa.MetaData(schema=schema_name), *columns).create(self._engine)


class DuckSink(SQLSink):
    """The stock sink."""

    connector_class = DuckConnector


class TargetDuck(SQLTarget):
    """The stock target."""

    name = "target-duck"
    config_jsonschema = {"type": "object", "properties": {"path": {"type": "string"}}}  # noqa: RUF012
    default_sink_class = DuckSink


if __name__ == "__main__":
    TargetDuck.cli()
