"""The id ledger in the landing zone: which record has which customer id, across rebuilds of the warehouse.

`<home>/landing/_identity/ids/<12 digits>/` holds one commit: `records.parquet` (rkey, customer_id, linked_at;
a NULL id for a record that left), `customers.parquet`, `events.parquet` and `manifest.json`. Only changes are
written. A record is named by the MD5 of its source and id, so that the ledger holds nothing personal.

Ids that somebody has seen must be in the ledger, and ids that nobody has seen must not bind the next run.
So a run goes: `resolve`, checks, `prepare(generation)`, publish the generation, `commit(generation)`; and
`recover(published generation)` before the next `resolve` finishes or discards what a kill left half-way.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from identity.store import SCHEMA, TABLES, Store, few

_PENDING = ".pending-"


@dataclass(frozen=True)
class Ledger:
    """What is committed: the newest number, its token, and the folders oldest first."""

    head: int
    token: str
    folders: tuple[Path, ...]


def read(place: Path) -> Ledger:
    """Returns the committed state of a ledger folder (`<home>/landing/_identity`)."""
    ids = place / "ids"
    folders = sorted(f for f in ids.iterdir() if f.name.isdigit()) if ids.is_dir() else []
    if not folders:
        return Ledger(0, "", ())
    token = json.loads((folders[-1] / "manifest.json").read_text("utf-8"))["token"]
    return Ledger(int(folders[-1].name), token, tuple(folders))


def prepare(
    con: duckdb.DuckDBPyConnection, home: Path | str, generation_id: str, schema: str = SCHEMA
) -> Path | None:
    """Writes the ids that the coming generation shows, aside; returns the folder, None where none changed.

    Args:
        con: Connection to the warehouse after `resolve`.
        home: TESSERA_HOME.
        generation_id: The generation about to be published.
        schema: Schema of the working tables.
    """
    store = Store(con, schema)
    proposed = store.get("proposed")
    ids = Path(home) / "landing" / "_identity" / "ids"
    _discard(ids)
    if not proposed:
        return None
    aside = ids / f"{_PENDING}{generation_id}"
    aside.mkdir(parents=True)
    seq = int(proposed["seq"])
    selects = {
        "records": f"SELECT b.rkey, i.customer_id, i.linked_at FROM {store.name('ids_before')} AS b LEFT JOIN"
        f" (SELECT * FROM {store.name('ids')} WHERE rkey IN {few(store.name('ids_before'))}) AS i ON b.rkey = i.rkey",
        "customers": f"SELECT c.* FROM {store.name('customers')} AS c SEMI JOIN {store.name('customers_before')} AS b"
        " ON c.customer_id = b.customer_id",
        "events": f"SELECT * FROM {store.name('events')} WHERE seq = {seq}",
    }
    for name, select in selects.items():
        con.execute(f"COPY ({select}) TO '{_quoted(aside / f'{name}.parquet')}' (FORMAT parquet)")
    manifest = {"format": 1, "seq": seq, "token": proposed["token"], "generation": generation_id}
    (aside / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    for file in aside.iterdir():
        _fsync(file)
    _fsync(aside)
    return aside


def commit(home: Path | str, generation_id: str) -> bool:
    """Makes the ids of a published generation lasting; returns whether there were any."""
    ids = Path(home) / "landing" / "_identity" / "ids"
    aside = ids / f"{_PENDING}{generation_id}"
    if not aside.is_dir():
        return False
    seq = json.loads((aside / "manifest.json").read_text("utf-8"))["seq"]
    aside.rename(ids / f"{seq:012d}")
    _fsync(ids)
    return True


def recover(home: Path | str, published_generation: str | None) -> bool:
    """Finishes the commit of the generation that is published, discards all others left by a kill.

    Args:
        home: TESSERA_HOME.
        published_generation: The generation readers see now, None before the first.

    Returns:
        Whether a commit was finished.
    """
    finished = bool(published_generation) and commit(home, str(published_generation))
    _discard(Path(home) / "landing" / "_identity" / "ids")
    return finished


def _discard(ids: Path) -> None:
    for left in ids.glob(f"{_PENDING}*"):
        shutil.rmtree(left)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def load(store: Store, ledger: Ledger) -> None:
    """Fills ids, customers and events of the working tables from the ledger alone."""
    for table, key in (("ids", "rkey"), ("customers", "customer_id")):
        store.con.execute(f"DELETE FROM {store.name(table)}")
        store.con.execute(f"DELETE FROM {store.name(table + '_before')}")
        if ledger.folders:
            file = "records" if table == "ids" else table
            paths = ", ".join(f"'{_quoted(f / f'{file}.parquet')}'" for f in ledger.folders)
            columns = (
                "rkey, customer_id, linked_at"
                if table == "ids"
                else "customer_id, since, status, alias_of, changed_at"
            )
            store.con.execute(
                f"""INSERT INTO {store.name(table)} SELECT {columns} FROM (
                SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY filename DESC) AS newest
                FROM read_parquet([{paths}], filename = true)) WHERE newest = 1
                {"AND customer_id IS NOT NULL" if table == "ids" else ""}"""
            )
    store.con.execute(f"DELETE FROM {store.name('events')}")
    if ledger.folders:
        paths = ", ".join(f"'{_quoted(f / 'events.parquet')}'" for f in ledger.folders)
        store.con.execute(
            f"INSERT INTO {store.name('events')} SELECT * FROM read_parquet([{paths}])"
        )
    store.put("ids_head", ledger.head)
    store.put("proposed", None)


def forget_before(store: Store) -> None:
    """Forgets what ids were before a proposal that holds now."""
    # After a full run these name everybody: rows deleted would be written down one by one.
    for table in ("ids_before", "customers_before"):
        store.con.execute(f"CREATE OR REPLACE TABLE {store.name(table)} ({TABLES[table]})")


def follow(store: Store, ledger: Ledger) -> None:
    """Brings ids to what the ledger committed; records whose proposal was not go to the temp table `unnamed`."""
    con, proposed = store.con, store.get("proposed")
    if proposed and ledger.head == proposed["seq"] and ledger.token == proposed["token"]:
        forget_before(store)
        store.put("ids_head", ledger.head)
        store.put("proposed", None)
    elif store.get("ids_head") != ledger.head:
        load(store, ledger)
        con.execute(f"INSERT INTO unnamed SELECT rkey FROM {store.name('members')}")
        con.execute(f"INSERT INTO unnamed SELECT rkey FROM {store.name('ids')}")
    elif proposed:
        con.execute(f"INSERT INTO unnamed SELECT rkey FROM {store.name('ids_before')}")
        for table, key in (("ids", "rkey"), ("customers", "customer_id")):
            before = store.name(f"{table}_before")
            con.execute(
                f"DELETE FROM {store.name(table)} WHERE {key} IN (SELECT {key} FROM {before})"
            )
            known = "customer_id IS NOT NULL" if table == "ids" else "status IS NOT NULL"
            con.execute(f"INSERT INTO {store.name(table)} SELECT * FROM {before} WHERE {known}")
        con.execute(f"DELETE FROM {store.name('events')} WHERE seq = {proposed['seq']}")
        forget_before(store)
        store.put("proposed", None)
