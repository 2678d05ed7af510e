"""A PostgreSQL table as a `Wire`: a thousand rows per statement, compare-and-set by `xmin`.

The public target (meltanolabs-target-postgres) makes its own tables and upserts whole rows into
them: it cannot leave a person's edit alone, tell which row was refused, or be undone. For tables
that nobody else edits it, or a destination `target: postgres`, is the better way.

The table exists; its rows are known by one unique column, which is also their id here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import msgspec
import psycopg
from psycopg import errors, sql
from psycopg.rows import dict_row

from connectors.target_base.wire import (
    BatchRejectedError,
    Change,
    DeniedError,
    Field,
    Limits,
    LostAnswerError,
    Op,
    Outcome,
    Record,
    Status,
    UnavailableError,
    Wire,
    WireError,
)

_KINDS = {
    "boolean": "boolean", "date": "date", "ARRAY": "list", "timestamp with time zone": "datetime",
    "timestamp without time zone": "datetime",
    **dict.fromkeys(("smallint", "integer", "bigint", "numeric", "real", "double precision"),
                    "number"),
}  # fmt: skip


class PostgresWire(Wire):
    """One table of one database."""

    limits = Limits(1000, 1000, 1000)
    compare_and_set = True
    key_field: str

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Prepare; nothing is sent yet."""
        self.key_field = str(settings.get("key") or "tessera_id")
        self._dsn, self._sent = str(settings["dsn"]), 0
        self._name = str(settings.get("object") or "contacts")
        self._table = sql.Identifier(*self._name.split("."))
        self._key = sql.Identifier(self.key_field)
        self._open: psycopg.Connection[dict[str, Any]] | None = None

    @property
    def requests(self) -> int:
        """Statements sent so far."""
        return self._sent

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            self._open.close()

    @contextmanager
    def _talking(self) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
        """A cursor whose errors say how one recovers; they leave values out where they can."""
        try:
            if self._open is None or self._open.closed:
                self._open = psycopg.connect(
                    self._dsn, autocommit=True, row_factory=dict_row, connect_timeout=20
                )
        except psycopg.OperationalError as error:
            refused = "authentication" in str(error) or "permission" in str(error)
            raise (DeniedError if refused else UnavailableError)(
                "postgres: the server does not let us in; check dsn"
            ) from None
        self._sent += 1
        try:
            with self._open.cursor() as cursor:
                yield cursor
        except errors.InsufficientPrivilege as error:
            raise DeniedError(f"postgres: {error.diag.message_primary}; grant it") from None
        except (errors.UndefinedTable, errors.InvalidCatalogName) as error:
            words = f"postgres: {error.diag.message_primary}; correct object and dsn"
            raise WireError(words) from None
        except (psycopg.OperationalError, psycopg.InterfaceError):
            self._open.close()
            raise LostAnswerError("postgres: the connection was lost") from None
        except psycopg.Error as error:
            words = str(error.diag.message_primary or type(error).__name__)
            raise BatchRejectedError(words) from None

    def fields(self) -> dict[str, Field]:
        """The table's columns; generated ones and identities are the server's own."""
        asked = """
            select a.attname as name, format_type(a.atttypid, null) as kind,
                a.attgenerated = '' and a.attidentity <> 'a'
                and has_column_privilege(a.attrelid, a.attnum, 'UPDATE') as writable,
                a.attndims > 0 as many,
                (select array_agg(enumlabel) from pg_enum where enumtypid = a.atttypid) as choices
            from pg_attribute as a
            where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
        """
        with self._talking() as cursor:
            rows = cursor.execute(asked, [self._quoted()]).fetchall()
        return {
            row["name"]: Field(
                "list" if row["many"] else _KINDS.get(row["kind"], "text"),
                writable=row["writable"],
                choices=frozenset(map(str, row["choices"])) if row["choices"] else None,
            )
            for row in rows
        }

    def _quoted(self) -> str:
        return ".".join('"' + part.replace('"', '""') + '"' for part in self._name.split("."))

    def read(
        self, fields: Collection[str], *, ids: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> list[Record]:
        """Read by key in one statement."""
        wanted = list(ids or keys)
        if not wanted:
            return []
        columns = sql.SQL(", ").join(map(sql.Identifier, sorted({*fields, self.key_field})))
        asked = sql.SQL(
            "select {}, {}::text as _key, xmin::text as _stamp from {} where {}::text = any(%s)"
        ).format(columns, self._key, self._table, self._key)
        with self._talking() as cursor:
            rows = cursor.execute(asked, [wanted]).fetchall()
        return [Record(row["_key"], row["_key"], row, row["_stamp"]) for row in rows]

    def send(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        """One statement for all creates or deletes, one per set of fields for updates."""
        if op is Op.MERGE:
            raise WireError("target-postgres: a table has no merge; set merge: false")
        if op is Op.CREATE:
            return self._create(changes)
        if op is Op.DELETE:
            return self._told(changes, self._delete(changes))
        outcomes = []
        for names, group in groupby(sorted(changes, key=_fieldset), key=_fieldset):
            part = list(group)
            outcomes += self._told(part, self._update(names, part))
        return outcomes

    def _create(self, changes: Sequence[Change]) -> list[Outcome]:
        names = sorted({name for change in changes for name in change.values} | {self.key_field})
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        asked = sql.SQL(
            "insert into {} ({}) select {} from jsonb_populate_recordset(null::{}, %s::jsonb) "
            "on conflict ({}) do nothing returning {}::text as key, xmin::text as stamp"
        ).format(self._table, columns, columns, self._table, self._key, self._key)
        rows = [{**change.values, self.key_field: change.key} for change in changes]
        with self._talking() as cursor:
            done = {r["key"]: r["stamp"] for r in cursor.execute(asked, [_json(rows)]).fetchall()}
        there = Status.EXISTS
        return [
            Outcome(c, Status.DONE, c.key, stamp=done[c.key])
            if c.key in done
            else Outcome(c, there)
            for c in changes
        ]

    def _update(self, names: Sequence[str], changes: Sequence[Change]) -> dict[str, str]:
        pairs = sql.SQL(", ").join(
            sql.SQL("{} = news.{}").format(sql.Identifier(name), sql.Identifier(name))
            for name in names
        )
        asked = sql.SQL(
            "update {} as old set {} from (select *, row_number() over () as n from "
            "jsonb_populate_recordset(null::{}, %s::jsonb)) as news, "
            "unnest(%s::text[], %s::text[]) with ordinality as said (id, stamp, n) "
            "where news.n = said.n and old.{}::text = said.id "
            "and (said.stamp is null or old.xmin::text = said.stamp) "
            "returning said.id as key, old.xmin::text as stamp"
        ).format(self._table, pairs, self._table, self._key)
        rows = [dict(change.values) for change in changes]
        return self._returned(asked, [_json(rows), *_said(changes)])

    def _delete(self, changes: Sequence[Change]) -> dict[str, str]:
        asked = sql.SQL(
            "delete from {} as old using unnest(%s::text[], %s::text[]) as said (id, stamp) "
            "where old.{}::text = said.id and (said.stamp is null or old.xmin::text = said.stamp) "
            "returning said.id as key, '' as stamp"
        ).format(self._table, self._key)
        return self._returned(asked, _said(changes))

    def _returned(self, asked: sql.Composed, values: Sequence[Any]) -> dict[str, str]:
        with self._talking() as cursor:
            rows = cursor.execute(asked, values).fetchall()
        return {row["key"]: row["stamp"] for row in rows}

    def _told(self, changes: Sequence[Change], done: Mapping[str, str]) -> list[Outcome]:
        """Tell rows that moved from those that are gone."""
        left = [str(change.remote_id) for change in changes if change.remote_id not in done]
        there = {record.remote_id for record in self.read([], ids=left)}
        outcomes = []
        for change in changes:
            remote_id = str(change.remote_id)
            if remote_id in done:
                moved_to = change.values.get(self.key_field, remote_id)
                stamp = done[remote_id]
                outcomes.append(Outcome(change, Status.DONE, str(moved_to), stamp=stamp))
            else:
                fate = Status.MOVED if remote_id in there else Status.GONE
                outcomes.append(Outcome(change, fate, error=f"the row is {fate}"))
        return outcomes


def _fieldset(change: Change) -> tuple[str, ...]:
    return tuple(sorted(change.values))


def _said(changes: Sequence[Change]) -> list[list[str | None]]:
    return [[change.remote_id for change in changes], [change.stamp for change in changes]]


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return msgspec.json.encode(rows, enc_hook=str).decode()


def connect(settings: Mapping[str, Any]) -> PostgresWire:
    """Open a wire: `dsn`, `object` (a table, with its schema), `key`.

    Raises:
        WireError: The dsn is missing.
    """
    if not settings.get("dsn"):
        raise WireError("target-postgres: no dsn; set dsn: ${CRM_DSN}")
    return PostgresWire(settings)
