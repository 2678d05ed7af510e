"""The SDK's own SQL target over DuckDB, nothing overridden that need not be."""

from typing import Any

from singer_sdk.sql import SQLConnector, SQLSink, SQLTarget


class DuckConnector(SQLConnector):
    """DuckDB by its SQLAlchemy dialect."""

    allow_temp_tables = False

    def get_sqlalchemy_url(self, config: Any) -> str:
        """Where the file is."""
        return f"duckdb:///{config['path']}"


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
