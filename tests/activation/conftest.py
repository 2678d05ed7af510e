"""A small hub with published generations, and a CRM to write to."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from activation import engine
from activation.spec import Brake, FieldPolicy, Sync
from connectors.target_base.delivery import Manners
from connectors.target_hubspot.sandbox import HubspotSandbox

QUICK = Manners(wait=0.001, longest=0.01)
OPEN = Brake(changed_percent=100, deletes=1000)
FIELDS = ("firstname", "email", "phone", "city")


@dataclass
class Hub:
    """A home whose generations the test writes by hand."""

    home: Path
    generation: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    identities: list[tuple[str, str, str]] = field(default_factory=list)
    consents: list[tuple[str, str, str]] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    customers: list[str] | None = None

    def publish(self, *, honest: bool = True) -> str:
        """Publish what the lists hold as a new generation."""
        self.generation += 1
        name = f"g{self.generation:03d}"
        folder = self.home / "published" / "generations" / name
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / "hub.duckdb")) as db:
            for schema in ("marts", "activation", "identity"):
                db.execute(f"create schema {schema}")
            stated = name if honest else "another"
            db.execute(f"create table marts.generation as select '{stated}' as generation_id")
            columns = ", ".join(f"{name} varchar" for name in FIELDS)
            db.execute(
                f"create table activation.sync_crm__contacts (tessera_id varchar, {columns})"
            )
            for row in self.rows:
                values = [row["tessera_id"], *(row.get(name) for name in FIELDS)]
                db.execute(
                    "insert into activation.sync_crm__contacts values (?, ?, ?, ?, ?)", values
                )
            there = self.customers
            keys = [row["tessera_id"] for row in self.rows] if there is None else there
            _table(db, "marts.customers", "customer_id varchar", [(key,) for key in keys])
            _table(db, "marts.customer_aliases", "alias_id varchar, customer_id varchar",
                   list(self.aliases.items()))  # fmt: skip
            _table(
                db, "marts.customer_identities",
                "customer_id varchar, source varchar, source_record_id varchar, "
                "confidence double, linked_at timestamptz",
                [(*one, 1.0, None) for one in self.identities],
            )  # fmt: skip
            _table(db, "marts.consents",
                   "customer_id varchar, channel varchar, purpose varchar, status varchar",
                   [(key, "email", purpose, status) for key, purpose, status in self.consents],
                   )  # fmt: skip
            _table(
                db, "identity.identity_events",
                "kind varchar, customer_id varchar, other_id varchar, occurred_at timestamptz",
                [("split", "new", key, datetime.now(UTC)) for key in self.splits],
            )  # fmt: skip
        link = self.home / "published" / "hub.duckdb"
        fresh = link.with_name(".next")
        fresh.symlink_to(folder / "hub.duckdb")
        fresh.rename(link)
        return name

    def people(self, count: int) -> None:
        """Rows for so many people."""
        self.rows = [person(number) for number in range(count)]

    def row(self, number: int) -> dict[str, Any]:
        """One row, to be changed."""
        return self.rows[number]


def person(number: int) -> dict[str, Any]:
    """The row of one person."""
    return {
        "tessera_id": f"cus-{number}",
        "firstname": f"Name {number}",
        "email": f"n{number}@example.org",
        "phone": f"+3314200{number:04d}",
        "city": "Paris",
    }


def _table(db: Any, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    db.execute(f"create table {name} ({columns})")
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        db.executemany(f"insert into {name} values ({marks})", rows)


@pytest.fixture
def hub(tmp_path):
    return Hub(tmp_path)


@pytest.fixture
def crm():
    with HubspotSandbox() as running:
        yield running


@pytest.fixture
def sync(crm):
    return a_sync(crm)


def a_sync(crm, **changes) -> Sync:
    """The sync of the tests, with changes."""
    settings = {"base_url": crm.base_url, "token": "sandbox-token", "timeout_seconds": 1.0}
    base = Sync(
        "crm", "contacts", "target-hubspot", settings, "sync_crm__contacts",
        {name: FieldPolicy() for name in FIELDS}, brake=OPEN, source="crm",
        shape={"firstname": "full_name", "email": "emails", "phone": "phones", "city": "city"},
        region="FR",
    )  # fmt: skip
    return replace(base, **changes)


def activate(hub, sync):
    return engine.activate(hub.home, sync, manners=QUICK)


def there(crm, key):
    """The record of a key in the CRM."""
    return crm.contacts.by_key(key)


def writes(crm):
    return sum(crm.contacts.writes.values())


def log(hub, **where):
    """Rows of the activation log."""
    from activation.ledger import Ledger

    ledger = Ledger(hub.home, "crm")
    rows = [dict(row) for row in ledger.db.execute("select * from activation_log order by id")]
    ledger.close()
    return [row for row in rows if all(row[name] == value for name, value in where.items())]
