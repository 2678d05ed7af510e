"""Hashes of the rows that profiles are made of, and their sums.

Rows are `(who, customer_id, mark, keyed)`; `who` is a hash of the id, and cheaper to join by;
`keyed`, of customers only, is a hash of the columns that hold keys.
"""

from pathlib import Path

import duckdb

from serving.sql import name, text

PARTS = {"customers": "customer", "customer_identities": "identities", "consents": "consents"}
"""The tables that profiles are made of, and what they are called there."""
_KEYED = {"emails", "phones", "handles"}


def look(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, str]:
    """How many rows a table of the attached database `hub` has, and the sum of their hashes."""
    return summed(connection, f"(select hash(rows) as mark from hub.marts.{name(table)} as rows)")


def mark(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, str]:
    """Makes temporary table `marks_<table>`; how many rows, and the sum of their hashes."""
    connection.execute(
        f"create or replace temp table marks_{table} as "
        "select hash(customer_id) as who, customer_id, hash(rows) as mark, "
        f"{keyed(connection, table)} as keyed from hub.marts.{table} as rows"
    )
    return summed(connection, f"marks_{table}")


def keyed(connection: duckdb.DuckDBPyConnection, table: str, of: str = "rows") -> str:
    """The hash of the columns of a row `of` the customers that hold keys; NULL of other tables."""
    described = connection.execute(f"describe hub.marts.{table}").fetchall()
    columns = {column for column, *_ in described if table == "customers"} & _KEYED
    listed = ", ".join(f"{of}.{name(column)}" for column in sorted(columns))
    return f"hash({listed})" if listed else "null::ubigint"


def summed(connection: duckdb.DuckDBPyConnection, marks: str) -> tuple[int, str]:
    """How many rows there are in a relation of marks, and the sum of these."""
    row = connection.execute(
        f"select count(*), coalesce(sum(mark), 0)::varchar from {marks}"
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "0")


def write(connection: duckdb.DuckDBPyConnection, what: str, path: Path) -> None:
    """Writes what a query answers into a Parquet file."""
    # Not compressed: hashes do not shrink, and the rest is read once.
    connection.execute(f"copy ({what}) to {text(path)} (format parquet, compression uncompressed)")
