"""The published snapshot, as the engine reads it: one generation, read-only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

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
        self.published = self._is_published()
        self._splits: set[str] | None = None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _is_published(self) -> bool:
        if self.path.parent.parent.name != "generations" or not self.has("marts.generation"):
            return False
        row = self._db.execute("select generation_id from marts.generation").fetchone()
        return bool(row) and str(row[0]) == self.generation_id

    def has(self, table: str) -> bool:
        """Tell whether `schema.table` is there."""
        schema, _, name = table.partition(".")
        found = self._db.execute(
            "select 1 from duckdb_tables() where schema_name = ? and table_name = ? union all "
            "select 1 from duckdb_views() where schema_name = ? and view_name = ?",
            [schema, name, schema, name],
        ).fetchone()
        return found is not None

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
        held = pa.table({"key": pa.array(keys, pa.string())})
        self._db.register("held", held)
        found = self._db.execute(
            "select alias_id, customer_id from marts.customer_aliases "
            "semi join held on alias_id = key"
        ).fetchall()
        self._db.unregister("held")
        return dict(found)

    def records_of(self, source: str, keys: Sequence[str]) -> dict[str, list[str]]:
        """Customer -> its records in one source, the surest first."""
        found: dict[str, list[str]] = {}
        if not keys:
            return found
        self._db.register("held", pa.table({"key": pa.array(keys, pa.string())}))
        for key, record_id in self._db.execute(
            "select customer_id, source_record_id from marts.customer_identities "
            "semi join held on customer_id = key where source = ? "
            "order by customer_id, confidence desc nulls last, linked_at nulls last, 2",
            [source],
        ).fetchall():
            found.setdefault(key, []).append(record_id)
        self._db.unregister("held")
        return found

    def was_split(self, customer: str) -> bool:
        """Tell whether a part of this customer became another one."""
        if self._splits is None:
            self._splits = set()
            if self.has("identity.identity_events"):
                columns = {
                    row[0]
                    for row in self._db.execute("describe identity.identity_events").fetchall()
                }
                if {"event", "customer_id"} <= columns:
                    found = self._db.execute(
                        "select customer_id from identity.identity_events where event = 'split'"
                    ).fetchall()
                    self._splits = {key for (key,) in found}
        return customer in self._splits

    def customers(self, keys: Sequence[str]) -> set[str]:
        """Which of these customers exist."""
        self._db.register("held", pa.table({"key": pa.array(keys, pa.string())}))
        found = self._db.execute(
            "select customer_id from marts.customers semi join held on customer_id = key"
        ).fetchall()
        self._db.unregister("held")
        return {key for (key,) in found}

    def consents(self, keys: Sequence[str], purpose: str) -> list[tuple[str, str | None, str]]:
        """(customer, channel, status) of every statement on a purpose, or on everything."""
        self._db.register("held", pa.table({"key": pa.array(keys, pa.string())}))
        found = self._db.execute(
            "select customer_id, channel, status from marts.consents "
            "semi join held on customer_id = key where purpose in (?, 'all', 'suppression')",
            [purpose],
        ).fetchall()
        self._db.unregister("held")
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
        known = pa.table(
            {
                "key": pa.array(list(settled), pa.string()),
                "settled": pa.array(list(settled.values()), pa.int64()),
            }
        )
        self._db.register("settled", known)
        cursor = self._db.execute(
            f"""
            select r.*, (hash(r) >> 1)::bigint as _hash
            from {self._name} as r left join settled on r.{KEY} = settled.key
            where settled.settled is distinct from (hash(r) >> 1)::bigint
            order by r.{KEY}
            """
        )
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()  # materialised: other queries use this connection meanwhile
        self._db.unregister("settled")
        for start in range(0, len(rows), size):
            part = (dict(zip(names, row, strict=True)) for row in rows[start : start + size])
            yield [
                Row(str(r[KEY]), str(r.get(CUSTOMER) or r[KEY]), r.pop("_hash"), r) for r in part
            ]

    def missing(self, keys: Sequence[str]) -> list[str]:
        """Which of these keys the table no longer has."""
        self._db.register("held", pa.table({"key": pa.array(keys, pa.string())}))
        found = self._db.execute(
            f"select key from held anti join {self._name} on {KEY} = key order by key"
        ).fetchall()
        self._db.unregister("held")
        return [key for (key,) in found]
