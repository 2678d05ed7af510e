"""A file per audience: what someone may not see is not in their file."""

import contextlib
import secrets
from pathlib import Path

import duckdb

from serving.catalog import Catalog, column
from serving.sql import name, text

OPERATOR, ANALYST = "hub.duckdb", "analyst.duckdb"


class UnhashableKeyError(RuntimeError):
    """A personal key of a type that no hash is made of."""


def write_analyst(
    connection: duckdb.DuckDBPyConnection, folder: Path, catalog: Catalog, pepper: str
) -> None:
    """Makes `analyst.duckdb` of the attached database `hub`: marts only, nothing personal.

    The connection keeps it attached as `analyst`, for an export.
    """
    connection.execute(f"attach {text(folder / ANALYST)} as analyst")
    connection.execute("create schema analyst.marts")
    connection.execute(f"set variable pepper = {text(pepper)}")
    for table, columns in tables(connection, "hub"):
        shown = [
            expression
            for column_name, kind in columns.items()
            if (expression := _shown(catalog, table, column_name, kind))
        ]
        if shown:
            connection.execute(
                f"create table analyst.marts.{name(table)} as "
                f"select {', '.join(shown)} from hub.marts.{name(table)}"
            )
    connection.execute("reset variable pepper")


def _shown(catalog: Catalog, table: str, column_name: str, kind: str) -> str | None:
    personal = column(catalog, table, column_name).personal
    quoted = name(column_name)
    if personal == "no":
        return quoted
    if personal != "key":
        return None
    if kind == "VARCHAR":
        return f"{_hash(quoted)} as {quoted}"
    if kind == "VARCHAR[]":
        return f"list_transform({quoted}, lambda item: {_hash('item')}) as {quoted}"
    raise UnhashableKeyError(f"marts.{table}.{column_name} is personal; only text can be hashed")


def _hash(expression: str) -> str:
    # Half of a SHA-256 of secret and value: no dictionary of addresses finds the value again.
    return f"left(sha256(getvariable('pepper') || {expression}), 32)"


def pepper(home: Path) -> str:
    """The hub's own secret behind hashed keys; made once, so that keys stay the same."""
    path = home / "serving" / "pepper"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileExistsError):
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


def tables(
    connection: duckdb.DuckDBPyConnection, database: str
) -> list[tuple[str, dict[str, str]]]:
    """Tables of a database's schema marts, with the types of their columns."""
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        f"where database_name = {text(database)} and schema_name = 'marts' "
        "order by table_name, column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column_name, kind in rows:
        found.setdefault(table, {})[column_name] = kind
    return list(found.items())
