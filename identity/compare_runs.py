"""What a changed rule would do, before it is applied: customers merged and split, and what hangs on them."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from identity.config import Config
from identity.engine import resolve
from identity.store import SCHEMA, Store


@dataclass(frozen=True)
class Change:
    """One customer now and the customers it would become, or several that would become one."""

    kind: str
    customers: tuple[str, ...]
    records: int


@dataclass(frozen=True)
class Difference:
    """The effect of another configuration.

    Attributes:
        merges: Customers that would become one.
        splits: Customers that would fall apart.
        records: Records whose company changes.
        downstream: Rows of each mart that would be attributed anew.
    """

    merges: tuple[Change, ...]
    splits: tuple[Change, ...]
    records: int
    downstream: dict[str, int]


def diff(
    con: duckdb.DuckDBPyConnection,
    config: dict[str, Any] | Config,
    contacts: str = "intermediate.contacts",
    schema: str = SCHEMA,
    home: Path | str | None = None,
) -> Difference:
    """Resolves all contacts with another configuration beside the warehouse, and compares.

    Args:
        con: Connection to the warehouse (read-only suffices); nothing is written to it.
        config: The configuration to try.
        contacts: Relation in the contacts shape.
        schema: Schema of the working tables in the warehouse.
        home: TESSERA_HOME, for the model and the frequencies that the hub goes by; without it they are found anew, and
            that alone may move records.
    """
    now = Store(con, schema)
    beside = duckdb.connect()
    beside.register("given", con.execute(f"SELECT * FROM {contacts}").to_arrow_table())
    trial = Store(beside)
    with TemporaryDirectory(dir=home) as aside:
        if home:
            _take_along(Path(home), Path(aside))
        resolve(beside, "given", aside if home else None, config)
    old = con.execute(
        f"""SELECT m.rkey, i.customer_id FROM {now.name("members")} AS m
        INNER JOIN {now.name("ids")} AS i ON m.rkey = i.rkey"""
    ).to_arrow_table()
    beside.register("was", old)
    beside.execute(
        f"CREATE TEMP TABLE both_ways AS SELECT w.rkey, w.customer_id, m.cluster FROM was AS w"
        f" INNER JOIN {trial.name('members')} AS m ON w.rkey = m.rkey"
    )
    merges = _changes(beside, "merge", "cluster", "customer_id")
    splits = _changes(beside, "split", "customer_id", "cluster")
    touched = sorted({c for change in (*merges, *splits) for c in change.customers})
    return Difference(
        merges, splits, sum(c.records for c in (*merges, *splits)), _downstream(con, touched)
    )


def _take_along(home: Path, aside: Path) -> None:
    """Copies what scores rest on, so that a trial neither trains nor counts anew and writes nothing there."""
    kept, copy = (at / "landing" / "_identity" for at in (home, aside))
    copy.mkdir(parents=True)
    if (kept / "model.json").exists():
        shutil.copyfile(kept / "model.json", copy / "model.json")
    if (kept / "frozen").exists():
        shutil.copytree(kept / "frozen", copy / "frozen")


def _changes(
    con: duckdb.DuckDBPyConnection, kind: str, together: str, apart: str
) -> tuple[Change, ...]:
    rows = con.execute(
        f"""SELECT list(DISTINCT customer_id ORDER BY customer_id), count(*) AS records FROM both_ways
        GROUP BY {together} HAVING count(DISTINCT {apart}) > 1 ORDER BY records DESC, 1"""
    ).fetchall()
    return tuple(Change(kind, tuple(ids), int(n)) for ids, n in rows)


def _downstream(con: duckdb.DuckDBPyConnection, customers: list[str]) -> dict[str, int]:
    """Returns the rows of the marts that name these customers, where the marts exist."""
    found = {}
    tables = con.execute(
        """SELECT DISTINCT table_name FROM information_schema.columns
        WHERE table_schema = 'marts' AND column_name = 'customer_id' AND table_name <> 'customers'"""
    ).fetchall()
    for (table,) in sorted(tables):
        row = con.execute(
            f"SELECT count(*) FROM marts.{table} WHERE list_contains($ids, customer_id)",
            {"ids": customers},
        ).fetchone()
        found[str(table)] = int(row[0]) if row else 0
    return found
