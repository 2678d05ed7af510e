"""One table from DuckDB into PostgreSQL: CSV through a pipe, written and read side by side."""

import os
import threading
from collections.abc import Mapping

import duckdb
import psycopg
from psycopg import sql

from serving.postgres.columns import csv_value, postgres_type
from serving.sql import name

_PIECE = 1 << 18  # bytes

# Beside the primary key: what people filter and join by.
KEYS = {"customers": ("customer_id",), "customer_aliases": ("alias_id",)}
INDEXES = {
    "customers": (("primary_email",), ("last_interaction_at",)),
    "customer_identities": (("customer_id",), ("source", "source_record_id")),
    "customer_attributes": (("customer_id",),),
    "interactions": (("customer_id",), ("occurred_at",)),
    "transactions": (("customer_id",), ("occurred_at",)),
    "consents": (("customer_id",),),
}


def copy_table(
    source: duckdb.DuckDBPyConnection,
    target: psycopg.Connection,
    schema: str,
    table: str,
    columns: Mapping[str, str],
) -> None:
    """Makes a table with its rows, keys, indexes and statistics, in one transaction.

    Args:
        source: the generation's file is attached in it as `hub`.
        target: in autocommit.
        schema: exists in PostgreSQL.
        table: a table of schema marts.
        columns: its columns and their DuckDB types.
    """
    full = sql.Identifier(schema, table)
    with target.transaction():
        typed = sql.SQL(", ").join(
            sql.SQL("{} ").format(sql.Identifier(column)) + sql.SQL(postgres_type(kind))
            for column, kind in columns.items()
        )
        target.execute(sql.SQL("create table {} ({})").format(full, typed))
        # Frozen: a transaction that began before still sees the rows, never an empty table.
        into = sql.SQL("copy {} from stdin (format csv, freeze true)").format(full)
        with target.cursor() as cursor, cursor.copy(into) as copy:
            _pour(source, table, columns, copy)
        _index(target, schema, table, columns)
    target.execute(sql.SQL("analyze {}").format(full))


def _pour(
    source: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    copy: psycopg.Copy,
) -> None:
    reading, writing = os.pipe()
    values = ", ".join(csv_value(column, kind) for column, kind in columns.items())
    failed: list[duckdb.Error] = []

    def write() -> None:
        try:
            source.execute(
                f"copy (select {values} from hub.marts.{name(table)}) to '/dev/fd/{writing}' "
                "(format csv, header false, use_tmp_file false)"
            )
        except duckdb.Error as error:
            failed.append(error)
        finally:
            os.close(writing)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while piece := os.read(reading, _PIECE):
            copy.write(piece)
    finally:
        os.close(reading)  # A writer that is still at it fails then, and ends.
        writer.join()
    if failed:
        raise failed[0]


def _index(target: psycopg.Connection, schema: str, table: str, columns: Mapping[str, str]) -> None:
    full = sql.Identifier(schema, table)
    for key in [KEYS.get(table, ())]:
        if key and all(column in columns for column in key):
            named = sql.SQL(", ").join(map(sql.Identifier, key))
            target.execute(sql.SQL("alter table {} add primary key ({})").format(full, named))
    for index in INDEXES.get(table, ()):
        if all(column in columns for column in index):
            named = sql.SQL(", ").join(map(sql.Identifier, index))
            target.execute(sql.SQL("create index on {} ({})").format(full, named))
