"""The marts of a checked warehouse, copied into the file of a generation."""

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from serving.sql import name, text

# What `why` answers from; the rest of schema identity is working state of the next run.
EVIDENCE = (
    "edges",
    "clusters",
    "identifiers",
    "blocked_identifiers",
    "identity_events",
    "identity_review",
    "review_evidence",
)
# Sorted so that a reader of one customer, of its records, or of one month, skips the rest.
_ORDER = {
    "marts.customers": "customer_id",
    "marts.customer_attributes": "customer_id",
    "marts.customer_identities": "customer_id",
    "marts.consents": "customer_id",
    "marts.interactions": "occurred_at",
    "marts.transactions": "occurred_at",
    "identity.edges": "left_record_id",
    "identity.identifiers": "source_record_id",
    "identity.review_evidence": "left_record_id",
}
# Reading these packed took eight times as long as all other columns' average.
_WIDE = re.compile(r"HUGEINT|DECIMAL\((19|2\d|3\d),")

Also = Callable[[duckdb.DuckDBPyConnection, Path], None]
"""Adds to a generation that is being built: gets a connection in which it is attached as `hub`, and
its folder, to write further files into."""


class PublishError(RuntimeError):
    """Nothing was published; the generation before stays."""


def copy(
    warehouse: Path, aside: Path, about: Mapping[str, Any], also: Sequence[Also]
) -> dict[str, int]:
    """Fills `aside/hub.duckdb`; rows per table."""
    # From memory: with the warehouse as main database, read-only, ATTACH would be read-only too.
    connection = duckdb.connect(":memory:", config={"temp_directory": str(aside / ".spill")})
    with connection:
        try:
            connection.execute(f"attach {text(warehouse)} as warehouse (read_only)")
        except duckdb.Error as error:
            why = "is open in another program" if warehouse.exists() else "is missing"
            fix = "close it" if warehouse.exists() else "run dbt first"
            raise PublishError(f"the warehouse {warehouse} {why}; {fix}") from error
        connection.execute(f"attach {text(aside / 'hub.duckdb')} as hub")
        rows = {}
        for schema, table in _tables(connection):
            connection.execute(f"create schema if not exists hub.{name(schema)}")
            rows[f"{schema}.{table}"] = _copy_table(connection, schema, table)
        if "marts.customers" not in rows:
            raise PublishError(f"the warehouse {warehouse} has no marts.customers; run dbt first")
        connection.execute(
            "create or replace table hub.marts.generation as select "
            "facts ->> 'generation_id' as generation_id, "
            "(facts ->> 'built_at')::timestamptz as built_at, "
            f"{rows['marts.customers']}::bigint as customers, facts "
            f"from (select {text(json.dumps(about))}::json as facts)"
        )
        for step in also:
            step(connection, aside)
        connection.execute("detach warehouse")
        connection.execute("detach hub")  # Writes all of it into the file: no WAL stays.
    shutil.rmtree(aside / ".spill", ignore_errors=True)
    return rows


def _copy_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    """Copies one table, sorted; its rows."""
    full = f"{name(schema)}.{name(table)}"
    columns = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() where database_name = 'warehouse' "
            f"and schema_name = {text(schema)} and table_name = {text(table)} "
            "order by column_index"
        ).fetchall()
    )
    typed = ", ".join(
        f"{name(column)} {kind}{' using compression uncompressed' if _WIDE.match(kind) else ''}"
        for column, kind in columns.items()
    )
    connection.execute(f"create table hub.{full} ({typed})")
    by = _ORDER.get(f"{schema}.{table}")
    order = f"order by {by}" if by in columns else ""
    copied = connection.execute(f"insert into hub.{full} from warehouse.{full} {order}").fetchone()
    return int(copied[0]) if copied else 0


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    # No parameters: with the first one DuckDB imports pandas, for two seconds of CPU.
    evidence = ", ".join(map(text, EVIDENCE))
    found = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'warehouse' and (table_schema in ('marts', 'activation') or "
        f"table_schema = 'identity' and table_name in ({evidence})) order by all"
    )
    return [(schema, table) for schema, table in found.fetchall()]
