"""What was written, acknowledged, planned and refused: one SQLite file per destination.

It lies in the landing zone (`<home>/landing/_activation/<destination>/ledger.db`), because it is
not an output: no rebuild of the warehouse brings back what a CRM acknowledged. Every commit is
durable (`synchronous = FULL`), so an intent is on disk before its request goes out.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

_SCHEMA = """
create table if not exists acknowledged (
    object text not null, key text not null, customer text not null, remote_id text,
    row_hash integer,            -- of the relation's row that is settled; null: look again
    fields text not null,        -- {field: value as we wrote it}
    created integer not null,    -- the record is ours: we created it
    retired integer not null default 0,  -- left alone: deleted by a person, or merged into another
    stamp text,
    sent_at text, acked_at text, -- when our last write went out and was acknowledged
    theirs_at text,              -- when the record last changed by somebody else, as the CRM says
    primary key (object, key)
) without rowid;
create index if not exists by_remote_id on acknowledged (object, remote_id);
create table if not exists runs (
    run_id integer primary key, object text not null, kind text not null, plan_id integer,
    generation_id text, started_at text not null, ended_at text, status text not null,
    counts text, message text
);
create table if not exists plans (
    plan_id integer primary key, object text not null, generation_id text not null,
    spec text not null, ledger_mark integer not null, made_at text not null,
    status text not null, held text not null, counts text not null
);
create table if not exists plan_rows (
    plan_id integer not null, row integer not null, op text not null, key text not null,
    customer text not null, body text not null,
    primary key (plan_id, row)
) without rowid;
create table if not exists activation_log (
    id integer primary key, run_id integer not null, generation_id text, object text not null,
    key text not null, customer text not null, op text not null, remote_id text,
    fields text not null, before text not null, row_hash integer, request_id text,
    status text not null, error text,
    intended_at text not null, settled_at text
);
create index if not exists log_by_run on activation_log (run_id);
create index if not exists log_by_key on activation_log (object, key);
create index if not exists log_open on activation_log (object, status) where status = 'intended';
create table if not exists facts (name text primary key, value text not null) without rowid;
"""


class ActivationError(Exception):
    """One sentence: destination, object, place, fix."""


class BusyError(ActivationError):
    """Somebody else activates this destination right now."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What a CRM acknowledged for one row."""

    key: str
    customer: str
    remote_id: str | None
    row_hash: int | None
    fields: dict[str, Any]
    created: bool
    retired: bool
    stamp: str | None
    sent_at: str | None
    acked_at: str | None
    theirs_at: str | None


def folder(home: Path, destination: str) -> Path:
    """Where a destination's ledger, log and echo marks lie."""
    return home / "landing" / "_activation" / destination


class Ledger:
    """The ledger of one destination; several processes may read, one writes (`locked`)."""

    def __init__(self, home: Path, destination: str) -> None:
        self.folder = folder(home, destination)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / "ledger.db"
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        self.destination = destination
        self.db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("pragma journal_mode = wal")
        self.db.execute("pragma synchronous = full")
        self.db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the destination: the lock goes with the process, however it ends."""
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BusyError(
                    f"{self.destination}: another activation of this destination is running; "
                    "wait for it or look at `tessera activate --status`"
                ) from None
            yield

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, durable at the end."""
        self.db.execute("begin immediate")
        try:
            yield self.db
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")

    def settled(self, object_: str) -> dict[str, int | None]:
        """Key -> hash of the relation's row that is settled."""
        rows = self.db.execute(
            "select key, row_hash from acknowledged where object = ?", (object_,)
        )
        return dict(rows.fetchall())

    def created(self, object_: str) -> list[str]:
        """Keys of the records that we created and still look after."""
        rows = self.db.execute(
            "select key from acknowledged where object = ? and created = 1 and retired = 0",
            (object_,),
        )
        return [key for (key,) in rows]

    def acknowledged(self, object_: str, keys: Iterable[str]) -> dict[str, Acknowledged]:
        """What is known of these rows."""
        found = {}
        for part in _parts(list(keys), 500):
            marks = ",".join("?" * len(part))
            for row in self.db.execute(
                f"select * from acknowledged where object = ? and key in ({marks})",
                (object_, *part),
            ):
                found[row["key"]] = _acknowledged(row)
        return found

    def by_remote_id(self, object_: str, remote_id: str) -> Acknowledged | None:
        """Whose record this is."""
        row = self.db.execute(
            "select * from acknowledged where object = ? and remote_id = ?", (object_, remote_id)
        ).fetchone()
        return _acknowledged(row) if row else None

    def fact(self, name: str) -> str | None:
        """Read a remembered fact."""
        row = self.db.execute("select value from facts where name = ?", (name,)).fetchone()
        return row[0] if row else None

    def remember(self, name: str, value: str) -> None:
        """Remember a fact."""
        self.db.execute("insert or replace into facts values (?, ?)", (name, value))

    def mark(self) -> int:
        """How far the ledger has got: a plan made before somebody wrote is out of date."""
        row = self.db.execute("select coalesce(max(id), 0) from activation_log").fetchone()
        return int(row[0])

    def forget(self, customers: Sequence[str]) -> int:
        """Erase every value that is kept of these customers; what happened stays, as counts.

        Returns:
            How many rows held values.
        """
        touched = 0
        with self.transaction() as db:
            for customer in customers:
                for table in ("acknowledged", "plan_rows"):
                    touched += db.execute(
                        f"delete from {table} where customer = ?", (customer,)
                    ).rowcount
                touched += db.execute(
                    "update activation_log set fields = '{}', before = '{}', error = null, "
                    "key = 'erased', customer = 'erased', remote_id = null where customer = ?",
                    (customer,),
                ).rowcount
        self.db.execute("vacuum")  # deleted text stays in the file's bytes otherwise
        self.db.execute("pragma wal_checkpoint(truncate)")
        return touched


def _acknowledged(row: Mapping[str, Any]) -> Acknowledged:
    return Acknowledged(
        row["key"],
        row["customer"],
        row["remote_id"],
        row["row_hash"],
        msgspec.json.decode(row["fields"]),
        bool(row["created"]),
        bool(row["retired"]),
        row["stamp"],
        row["sent_at"],
        row["acked_at"],
        row["theirs_at"],
    )


def _parts(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
