"""A generation into PostgreSQL: a next schema, filled beside the one in use, swapped by rename.

Readers see the old schema until the swap commits and the new one after. A failure anywhere leaves
the old one in use; the next publication clears what was left.
"""

import contextlib
import json
from pathlib import Path

import duckdb
import msgspec
import psycopg
from psycopg import sql

from serving import audiences, catalog
from serving.postgres import ledger
from serving.postgres.connection import PostgresError, connect
from serving.postgres.copying import copy_table
from serving.postgres.swapping import drop_old, swap
from serving.sql import text


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A destination of this kind in hub.yaml.

    Attributes:
        dsn: of the server and database; a secret, as ${ENV_NAME}.
        schema: that readers use.
        reader: role that may read it; made where it is missing. Logins are granted it.
        audience: operator, or analyst without personal columns.
        patience: seconds that the server may take to answer once, say to make an index.
    """

    dsn: str
    schema: str = "marts"
    reader: str = "tessera_reader"
    audience: str = "operator"
    patience: float = 1800


class Carried(msgspec.Struct, frozen=True):
    """What a publication did: tables copied, and tables that were the same already."""

    copied: list[str]
    kept: list[str]


def publish(generation: Path, settings: Settings) -> Carried:
    """Makes a PostgreSQL schema show a generation.

    Args:
        generation: the generation's folder.
        settings: where to.

    Raises:
        PostgresError: the schema shows what it showed before.
    """
    file = audiences.ANALYST if settings.audience == "analyst" else audiences.OPERATOR
    if not (generation / file).exists():
        raise PostgresError(f"this generation has no file for audience {settings.audience}")
    with duckdb.connect(":memory:") as source, connect(settings.dsn) as target:
        source.execute("set timezone = 'UTC'")
        source.execute(f"attach {text(generation / file)} as hub (read_only)")
        try:
            target.patience = settings.patience
            with ledger.alone(target, settings.schema):
                return _publish(source, target, generation, settings)
        except psycopg.Error as error:
            hung = f"its server has not answered for {settings.patience:g} seconds"
            why = hung if target.given_up else _why(error)
            kept = f"PostgreSQL schema {settings.schema} keeps the generation before"
            raise PostgresError(f"{kept}: {why}") from None
        except duckdb.Error as error:
            # Without its text, which may quote a value.
            why = f"DuckDB could not read the generation ({type(error).__name__})"
            kept = f"PostgreSQL schema {settings.schema} keeps the generation before"
            raise PostgresError(f"{kept}: {why}") from None


def _publish(
    source: duckdb.DuckDBPyConnection,
    target: psycopg.Connection,
    generation: Path,
    settings: Settings,
) -> Carried:
    fresh = f"{settings.schema}_next"
    drop_old(target, settings.schema)
    target.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(fresh)))
    target.execute(sql.SQL("create schema {}").format(sql.Identifier(fresh)))
    tables = dict(audiences.tables(source, "hub"))
    hashes = _hashes(generation, tables)
    held = ledger.held(target, settings.schema)
    kept = [table for table in tables if held.get(table) == hashes[table]]
    for table, columns in tables.items():
        if table not in kept:
            copy_table(source, target, fresh, table, columns)
            _describe(target, fresh, table, list(columns), catalog.load(generation))
    _grant(target, fresh, settings.reader)
    swap(target, settings.schema, fresh, kept, hashes)
    with contextlib.suppress(psycopg.Error):
        drop_old(target, settings.schema)
    return Carried([table for table in tables if table not in kept], kept)


def _hashes(generation: Path, tables: dict[str, dict[str, str]]) -> dict[str, str]:
    """What a table's copy depends on: its rows, and the columns that this audience sees."""
    rows = json.loads((generation / "hashes.json").read_text())
    return {
        table: f"{rows.get(table, generation.name)} {sorted(columns.items())}"
        for table, columns in tables.items()
    }


def _describe(
    target: psycopg.Connection,
    schema: str,
    table: str,
    columns: list[str],
    described: catalog.Catalog,
) -> None:
    about = described.get(table, catalog.Table())
    full = sql.Identifier(schema, table)
    target.execute(sql.SQL("comment on table {} is {}").format(full, about.description))
    for column in columns:
        meaning = catalog.column(described, table, column).description
        place = sql.Identifier(schema, table, column)
        target.execute(sql.SQL("comment on column {} is {}").format(place, meaning))


def _grant(target: psycopg.Connection, schema: str, reader: str) -> None:
    role, place = sql.Identifier(reader), sql.Identifier(schema)
    there = target.execute("select 1 from pg_roles where rolname = %s", [reader]).fetchone()
    if not there:
        target.execute(sql.SQL("create role {} nologin").format(role))
    target.execute(sql.SQL("grant usage on schema {} to {}").format(place, role))
    target.execute(sql.SQL("grant select on all tables in schema {} to {}").format(place, role))


def _why(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.OperationalError) and not error.sqlstate:
        return "the connection broke"
    if error.sqlstate == "42501":
        return "the role of the dsn may not create schemas, tables or roles there"
    if error.sqlstate == "53100":
        return "its disk is full"
    if error.sqlstate == "55P03":
        return "somebody there held a lock for too long"
    return f"it refused a statement (SQLSTATE {error.sqlstate})"
