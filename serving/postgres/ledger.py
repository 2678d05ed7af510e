"""What PostgreSQL holds already, and that only one publication is at it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg

from serving.postgres.connection import PostgresError

_TABLE = """
    create schema if not exists tessera_published;
    create table if not exists tessera_published.tables (
        schema_name text, table_name text, content text not null,
        primary key (schema_name, table_name)
    )
"""


@contextmanager
def alone(target: psycopg.Connection, schema: str) -> Iterator[None]:
    """Holds the schema's lock; it ends with the connection, whatever happens.

    Raises:
        PostgresError: another publication is at it.
    """
    key = f"tessera publishes {schema}"
    row = target.execute("select pg_try_advisory_lock(hashtextextended(%s, 0))", [key]).fetchone()
    if not row or not row[0]:
        raise PostgresError(f"another publication into PostgreSQL schema {schema} is under way")
    target.execute(_TABLE)
    yield
    target.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def held(target: psycopg.Connection, schema: str) -> dict[str, str]:
    """The content of each table that the schema has."""
    rows = target.execute(
        "select table_name, content from tessera_published.tables as t where schema_name = %s "
        "and to_regclass(format('%%I.%%I', schema_name, table_name)) is not null",
        [schema],
    ).fetchall()
    return {str(table): str(content) for table, content in rows}


def write(target: psycopg.Connection, schema: str, contents: Mapping[str, str]) -> None:
    """Notes what the schema holds; part of the swap's transaction."""
    target.execute("delete from tessera_published.tables where schema_name = %s", [schema])
    with target.cursor() as cursor:
        cursor.executemany(
            "insert into tessera_published.tables values (%s, %s, %s)",
            [(schema, table, content) for table, content in contents.items()],
        )
