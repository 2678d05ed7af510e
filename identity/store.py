"""The working tables of identity resolution and the statements that keep them current.

They live in one schema beside the outputs (`identity_work`), are derived in full from contacts, the
model and the decisions, and may be dropped at any time: the next run rebuilds the same partition.
"""

import json
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from identity.standardise import IDENTIFIERS, RECORDS

SCHEMA = "identity_work"
_TYPES = {
    pa.string(): "VARCHAR",
    pa.uint64(): "UBIGINT",
    pa.bool_(): "BOOLEAN",
    pa.list_(pa.string()): "VARCHAR[]",
}
TABLES = {
    "records": ", ".join(f"{f.name} {_TYPES[f.type]}" for f in RECORDS),
    "meta": "key VARCHAR, value VARCHAR",
    "identifiers": ", ".join(f"{f.name} {_TYPES[f.type]}" for f in IDENTIFIERS),
    "terms": "col VARCHAR, value VARCHAR, tf DOUBLE",
    "keys": "key UBIGINT, rkey UBIGINT, bit SMALLINT, side TINYINT, name UINTEGER",
    "later_keys": "key UBIGINT, rkey UBIGINT, bit SMALLINT, side TINYINT, name UINTEGER",
    "open_keys": "key UBIGINT",
    "crowds": "key UBIGINT, carriers BIGINT",
    "shown": "key UBIGINT, rkey UBIGINT",
    "unasked": "key UBIGINT, rkey UBIGINT",
    "void": "rkey UBIGINT",
    "edges": "l UBIGINT, r UBIGINT, mask SMALLINT, bits FLOAT, veto UTINYINT, soft BOOLEAN, first_seen TIMESTAMPTZ",
    "contrasts": "l UBIGINT, r UBIGINT, bits DOUBLE, veto UTINYINT",
    "members": "rkey UBIGINT, component UBIGINT, cluster UBIGINT, linked_by VARCHAR, confidence DOUBLE",
    "decided": "l UBIGINT, r UBIGINT, verb VARCHAR",
    "ids": "rkey UBIGINT, customer_id VARCHAR, linked_at TIMESTAMPTZ",
    "ids_before": "rkey UBIGINT, customer_id VARCHAR, linked_at TIMESTAMPTZ",
    "customers": "customer_id VARCHAR, since BIGINT, status VARCHAR, alias_of VARCHAR, changed_at TIMESTAMPTZ",
    "customers_before": "customer_id VARCHAR, since BIGINT, status VARCHAR, alias_of VARCHAR, changed_at TIMESTAMPTZ",
    "events": "seq BIGINT, kind VARCHAR, customer_id VARCHAR, other_id VARCHAR, records BIGINT, occurred_at TIMESTAMPTZ,"
    " reason VARCHAR",
}

_DERIVED = ("records", "identifiers", "terms", "keys", "later_keys", "open_keys", "crowds", "shown", "unasked", "void", "edges", "contrasts", "members", "decided")  # fmt: skip


class Store:
    """Access to the working tables of one schema over one connection."""

    def __init__(self, con: duckdb.DuckDBPyConnection, schema: str = SCHEMA) -> None:
        self.con = con
        self.schema = schema

    def name(self, table: str) -> str:
        """Returns the qualified name of a working table."""
        return f"{self.schema}.{table}"

    def create(self) -> None:
        """Creates what is missing."""
        self.con.execute(f"CREATE SCHEMA IF NOT EXISTS {self.schema}")
        for table, columns in TABLES.items():
            self.con.execute(f"CREATE TABLE IF NOT EXISTS {self.name(table)} ({columns})")

    def clear(self) -> None:
        """Empties what a full run fills anew; ids, their register and a trained model stay."""
        for table in _DERIVED:
            self.con.execute(f"CREATE OR REPLACE TABLE {self.name(table)} ({TABLES[table]})")
        self.con.execute(
            f"DELETE FROM {self.name('meta')} WHERE key IN ('fingerprint', 'population')"
        )

    def temporary(self) -> dict[str, str]:
        """Returns the connection's temporary tables and views: name to TABLE or VIEW."""
        rows = self.con.execute(
            "SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE temporary UNION ALL"
            " SELECT view_name, 'VIEW' FROM duckdb_views() WHERE temporary AND NOT internal"
        ).fetchall()
        return dict(rows)

    def forget_temporary(self, keep: Container[str]) -> None:
        """Drops the temporary tables and views that a run left, all but those to keep."""
        for name, kind in self.temporary().items():
            if name not in keep:
                self.con.execute(f'DROP {kind} IF EXISTS temp."{name}"')

    def withdraw(self, table: str, condition: str, into: str, columns: str) -> None:
        """Moves columns of the rows of a working table that meet a condition to a temporary one."""
        # Two narrow passes: RETURNING would read all columns of all rows.
        chosen = f"FROM {self.name(table)} WHERE {condition}"
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT {columns} {chosen}")
        self.con.execute(f"DELETE {chosen}")

    def one(self, sql: str) -> Any:
        """Returns the first value of a query, None without a row."""
        row = self.con.execute(sql).fetchone()
        return row[0] if row else None

    # Literals instead of parameters: the first parameter makes DuckDB import pandas, which costs more than
    # a run with nothing new.
    def get(self, key: str) -> Any:
        """Returns a remembered JSON value."""
        value = self.one(f"SELECT value FROM {self.name('meta')} WHERE key = {literal(key)}")
        return json.loads(value) if value else None

    def put(self, key: str, value: Any) -> None:
        """Remembers a JSON value."""
        said = literal(json.dumps(value))
        self.con.execute(f"DELETE FROM {self.name('meta')} WHERE key = {literal(key)}")
        self.con.execute(f"INSERT INTO {self.name('meta')} VALUES ({literal(key)}, {said})")


def few(relation: str, column: str = "rkey") -> str:
    """Returns a subquery of a column of a small relation, for an `IN` over a large table.

    The scan of the large table then leaves out nearly all other rows before it reads their other columns: DuckDB
    pushes a Bloom filter into it, but only where the small side was filtered itself, if only by what is always true.
    """
    return f"(SELECT few.{column} FROM {relation} AS few WHERE few.{column} | 1 > 0)"


def literal(text: str) -> str:
    """Returns a text as SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Makes what happens inside one transaction, within the caller's where there is one already."""
    try:
        con.begin()
    except duckdb.TransactionException:
        yield
        return
    try:
        yield
        con.commit()
    except BaseException:
        con.rollback()
        raise


def empty(con: duckdb.DuckDBPyConnection, table: str, schema: pa.Schema) -> None:
    """Creates an empty temporary table with the columns of an Arrow schema."""
    columns = ", ".join(f"{f.name} {_TYPES[f.type]}" for f in schema)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")


__all__ = ["RECORDS", "SCHEMA", "Store", "empty", "few", "literal", "transaction"]
