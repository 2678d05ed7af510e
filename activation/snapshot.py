"""The published snapshot, as the engine reads it: one generation, read-only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from activation.ledger import ActivationError

KEY = "tessera_id"
CUSTOMER = "tessera_customer_id"
"""Whom a row is about, where it is not the customer's own row (a task)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the relation whose hash is not the settled one."""

    key: str
    customer: str
    row_hash: int
    values: dict[str, Any]


def published(home: Path) -> Path:
    """Return the file that `published/hub.duckdb` points to right now.

    Raises:
        ActivationError: Nothing was published yet.
    """
    link = home / "published" / "hub.duckdb"
    if not link.exists():
        raise ActivationError("activation: no generation is published yet; run `tessera run` first")
    return link.resolve()


class Snapshot:
    """One generation; keep it for one plan, open a new one for the next.

    Attributes:
        generation_id: Folder name of the generation.
        published: Whether its own table says that it passed and was published.
    """

    def __init__(self, home: Path) -> None:
        self.path = published(home)
        self.generation_id = self.path.parent.name
        self._db = duckdb.connect(str(self.path), read_only=True)
        self._tables: set[str] | None = None
        self.published = self._is_published()
        self._splits: dict[str, str] | None = None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _is_published(self) -> bool:
        if self.path.parent.parent.name != "generations" or not self.has("marts.generation"):
            return False
        row = self._db.execute("select generation_id from marts.generation").fetchone()
        return row is not None and str(row[0]) == self.generation_id

    def has(self, table: str) -> bool:
        """Tell whether `schema.table` is there."""
        if self._tables is None:  # no parameters here: they make DuckDB import pandas
            found = self._db.execute(
                "select schema_name || '.' || table_name from duckdb_tables() union all "
                "select schema_name || '.' || view_name from duckdb_views()"
            ).fetchall()
            self._tables = {name for (name,) in found}
        return table in self._tables

    def relation(self, name: str) -> "Relation":
        """One sync table."""
        if not self.has(f"activation.{name}"):
            raise ActivationError(
                f"activation: generation {self.generation_id} has no table activation.{name}; "
                "name an existing one as `relation`"
            )
        return Relation(self._db, f'activation."{name}"')

    def aliases(self, keys: Sequence[str]) -> dict[str, str]:
        """Ids that merged away -> the ids that stand for them now."""
        if not self.has("marts.customer_aliases") or not keys:
            return {}
        _hold(self._db, keys)
        found = self._db.execute(
            "select alias_id, customer_id from marts.customer_aliases "
            "semi join held on alias_id = key"
        ).fetchall()
        return dict(found)

    def records_of(self, source: str, keys: Sequence[str]) -> dict[str, list[str]]:
        """Customer -> its records in one source, the surest first."""
        found: dict[str, list[str]] = {}
        if not keys:
            return found
        _hold(self._db, keys)
        for key, record_id in self._db.execute(
            "select customer_id, source_record_id from marts.customer_identities "
            f"semi join held on customer_id = key where source = {_text(source)} "
            "order by customer_id, confidence desc nulls last, linked_at nulls last, 2"
        ).fetchall():
            found.setdefault(key, []).append(record_id)
        return found

    def anchors(
        self, customers: set[str], ours: set[tuple[str, str]]
    ) -> dict[str, tuple[str, str]]:
        """Customer -> their first record (source, id) that is not one of ours."""
        found: dict[str, tuple[str, str]] = {}
        _hold(self._db, sorted(customers))
        for key, source, record_id in self._db.execute(
            "select customer_id, source, source_record_id from marts.customer_identities "
            "semi join held on customer_id = key order by 1, 2, 3"
        ).fetchall():
            if (source, record_id) not in ours:
                found.setdefault(key, (source, record_id))
        return found

    def was_split(self, customer: str, since: str | None) -> bool:
        """Tell whether a part of this customer became another one since then (ISO 8601)."""
        if self._splits is None:
            self._splits = {}
            if self.has("identity.identity_events"):
                found = self._db.execute(
                    "select other_id, "
                    "strftime(max(occurred_at) at time zone 'UTC', '%Y-%m-%dT%H:%M:%S') "
                    "from identity.identity_events where kind = 'split' group by 1"
                ).fetchall()
                self._splits = dict(found)
        at = self._splits.get(customer)
        return at is not None and (since is None or at >= since[:19])

    def customers(self, keys: Sequence[str]) -> set[str]:
        """Which of these customers exist."""
        _hold(self._db, keys)
        found = self._db.execute(
            "select customer_id from marts.customers semi join held on customer_id = key"
        ).fetchall()
        return {key for (key,) in found}

    def consents(self, keys: Sequence[str], purpose: str) -> list[tuple[str, str | None, str]]:
        """(customer, channel, status) of every statement on a purpose, or on everything."""
        _hold(self._db, keys)
        found = self._db.execute(
            "select customer_id, channel, status from marts.consents "
            "semi join held on customer_id = key "
            f"where purpose in ({_text(purpose)}, 'all', 'suppression')"
        ).fetchall()
        return found


class Relation:
    """A sync table: `tessera_id` and one column per CRM field."""

    def __init__(self, db: duckdb.DuckDBPyConnection, name: str) -> None:
        self._db, self._name = db, name
        self.columns = [row[0] for row in db.execute(f"describe {name}").fetchall()]
        if KEY not in self.columns:
            raise ActivationError(f"activation: {name} has no column {KEY}; it is the rows' key")

    def count(self) -> int:
        """Rows of the table."""
        row = self._db.execute(f"select count(*) from {self._name}").fetchone()
        return int(row[0]) if row else 0

    def changed(self, settled: Mapping[str, int | None], size: int) -> Iterator[list[Row]]:
        """Rows whose hash differs from the settled one, `size` at a time, by key."""
        _hold(self._db, list(settled), list(settled.values()))
        cursor = self._db.execute(
            f"""
            select r.*, (hash(r) >> 1)::bigint as _hash
            from {self._name} as r left join held on r.{KEY} = held.key
            where held.settled is distinct from (hash(r) >> 1)::bigint
            order by r.{KEY}
            """
        )
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()  # materialised: other queries use this connection meanwhile
        for start in range(0, len(rows), size):
            part = (dict(zip(names, row, strict=True)) for row in rows[start : start + size])
            yield [
                Row(str(r[KEY]), str(r.get(CUSTOMER) or r[KEY]), r.pop("_hash"), r) for r in part
            ]

    def missing(self, keys: Sequence[str]) -> list[str]:
        """Which of these keys the table no longer has."""
        _hold(self._db, keys)
        found = self._db.execute(
            f"select key from held anti join {self._name} on {KEY} = key order by key"
        ).fetchall()
        return [key for (key,) in found]


def _hold(
    db: duckdb.DuckDBPyConnection, keys: Sequence[str], settled: Sequence[int | None] = ()
) -> None:
    """Put keys (and hashes) into the temporary table `held`.

    As text: handing DuckDB Python objects or Arrow makes it import pandas, half a second of CPU
    for every run that has next to nothing to do.
    """
    db.execute("create or replace temp table held (key varchar, settled bigint)")
    for start in range(0, len(keys), 50_000):
        part = _text(msgspec.json.encode(keys[start : start + 50_000]).decode())
        hashes = _text(msgspec.json.encode(settled[start : start + 50_000]).decode())
        more = f"unnest(from_json({hashes}, '[\"BIGINT\"]'))" if settled else "null"
        db.execute(f"insert into held select unnest(from_json({part}, '[\"VARCHAR\"]')), {more}")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
