"""The swap: one transaction that renames two schemas and moves the tables that did not change.

A rename waits for no reader. Locks on the tables are asked for first, briefly: with them no query
can take one table from before and one from after. Who reads for minutes cannot hold the swap up:
after some tries it goes ahead without; unchanged tables that stay locked are then copied.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from serving.postgres import ledger

_TRIES = 5
_PATIENCE = "300ms"  # New readers queue behind a waiting lock: never longer than this.


def swap(
    target: psycopg.Connection,
    schema: str,
    fresh: str,
    kept: list[str],
    contents: Mapping[str, str],
) -> None:
    """Puts schema `fresh` in the place of `schema`, with the tables `kept` of the latter."""
    for left in range(_TRIES, -1, -1):
        try:
            with target.transaction():
                target.execute(f"set local lock_timeout = '{_PATIENCE}'")
                if left:
                    _lock(target, schema)
                for table in kept:
                    _keep(target, schema, fresh, table, moving=bool(left))
                _rename(target, schema, fresh)
                ledger.write(target, schema, contents)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            continue
        return


def drop_old(target: psycopg.Connection, schema: str) -> list[str]:
    """Drops schemas that were swapped out, unless somebody still reads or builds on them.

    Returns:
        Those that stay for now.
    """
    stay = []
    rows = target.execute(
        "select nspname from pg_namespace where nspname like %s",
        [schema.replace("_", r"\_") + r"\_old\_%"],
    ).fetchall()
    for (old,) in rows:
        try:
            with target.transaction():
                target.execute(f"set local lock_timeout = '{_PATIENCE}'")
                tables = target.execute(
                    "select tablename from pg_tables where schemaname = %s", [old]
                ).fetchall()
                for (table,) in tables:  # Not cascade: a view that somebody made is theirs.
                    target.execute(sql.SQL("drop table {}").format(sql.Identifier(old, table)))
                target.execute(sql.SQL("drop schema {}").format(sql.Identifier(old)))
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DependentObjectsStillExist):
            stay.append(old)
    return stay


def _lock(target: psycopg.Connection, schema: str) -> None:
    tables = target.execute(
        "select tablename from pg_tables where schemaname = %s order by tablename", [schema]
    ).fetchall()
    if tables:
        names = sql.SQL(", ").join(sql.Identifier(schema, table) for (table,) in tables)
        target.execute(sql.SQL("lock table {} in access exclusive mode").format(names))


def _keep(target: psycopg.Connection, schema: str, fresh: str, table: str, *, moving: bool) -> None:
    held, place = sql.Identifier(schema, table), sql.Identifier(fresh)
    if moving:
        target.execute(sql.SQL("alter table {} set schema {}").format(held, place))
        return
    copy = sql.Identifier(fresh, table)
    target.execute(sql.SQL("create table {} (like {} including all)").format(copy, held))
    target.execute(sql.SQL("insert into {} select * from {}").format(copy, held))
    target.execute(sql.SQL("grant select on {} to {}").format(copy, _reader(target, schema)))


def _reader(target: psycopg.Connection, schema: str) -> sql.Composable:
    row = target.execute(
        "select pg_get_userbyid(acl.grantee) from pg_namespace, aclexplode(nspacl) as acl "
        "where nspname = %s and acl.grantee <> nspowner",
        [schema],
    ).fetchone()
    return sql.Identifier(row[0]) if row else sql.SQL("current_user")


def _rename(target: psycopg.Connection, schema: str, fresh: str) -> None:
    there = target.execute(
        "select oid, txid_current() from pg_namespace where nspname = %s", [schema]
    ).fetchone()
    if there:
        old = sql.Identifier(f"{schema}_old_{there[1]}")
        named = sql.SQL("alter schema {} rename to {}")
        target.execute(named.format(sql.Identifier(schema), old))
    named = sql.SQL("alter schema {} rename to {}")
    target.execute(named.format(sql.Identifier(fresh), sql.Identifier(schema)))
