"""Conversations that wait for an answer, as records of real CRMs (../shared/servers)."""

import uuid
from dataclasses import replace

import duckdb
import httpx
import pytest

from activation import engine
from activation.crm import connect
from activation.spec import Brake, FieldPolicy, Sync
from benchmarks.activation.hubs import ODOO, TRYTON
from tests.live.tryton import company

from .conftest import Hub, log

OPEN = Brake(changed_percent=100, deletes=1000)
CASES = {
    "tryton": (TRYTON, {"description": "description", "note": "comment", "customer": "party"},
               {"object": "sale.opportunity"}),
    "odoo": (ODOO, {"description": "name", "note": "description", "customer": "partner_id"},
             {"object": "crm.lead"}),
}  # fmt: skip


def publish(hub, columns, prefix, people, tasks):
    """A generation with contacts, and with tasks about them named as the CRM names its fields."""
    hub.customers = people
    hub.publish()
    file = hub.home / "published" / "generations" / f"g{hub.generation:03d}" / "hub.duckdb"
    with duckdb.connect(str(file)) as db:
        db.execute("create table activation.people (tessera_id varchar, name varchar)")
        for key in people:
            db.execute("insert into activation.people values (?, ?)", [key, f"Task Test {key}"])
        named = ", ".join(f"{name} varchar" for name in columns.values())
        db.execute(
            "create table activation.tasks "
            f"(tessera_id varchar, tessera_customer_id varchar, {named})"
        )
        for key, customer, subject in tasks:
            row = [f"{prefix}-{key}", customer, subject, f"Waiting: {subject}", customer]
            db.execute("insert into activation.tasks values (?, ?, ?, ?, ?)", row)


@pytest.mark.live
@pytest.mark.parametrize("crm", CASES)
def test_a_conversation_that_waits_becomes_a_record_of_its_customer(tmp_path, crm):
    settings, columns, object_ = CASES[crm]
    try:
        httpx.get(settings["base_url"], timeout=5)
    except httpx.HTTPError:
        pytest.skip(f"{crm} is not running; ../shared/servers/{crm}.sh starts it")
    if crm == "tryton":
        company()  # a new database has none, and opportunities belong to one
    hub, prefix = Hub(tmp_path), uuid.uuid4().hex[:8]
    people = [f"{prefix}-p{n}" for n in range(3)]
    contacts = Sync("crm", "contacts", f"target-{crm}", settings, "people",
                    {"name": FieldPolicy()}, brake=OPEN)  # fmt: skip
    fields = {name: FieldPolicy() for name in columns.values()}
    fields[columns["customer"]] = FieldPolicy(refers_to="contacts")
    tasks = Sync("crm", "tasks", f"target-{crm}", settings | object_, "tasks", fields, brake=OPEN)

    publish(hub, columns, prefix, people, [(n, people[n % 3], f"Question {n}") for n in range(6)])
    early = engine.activate(hub.home, tasks)
    assert early.counts.get("waits") == 6, "their contacts are not there yet"
    assert engine.activate(hub.home, contacts).counts["created"] == 3
    first = engine.activate(hub.home, tasks)
    assert (first.status, first.counts.get("created")) == ("done", 6), (first.message, log(hub))

    wire = connect(tasks)
    keys = [f"{prefix}-{n}" for n in range(6)]
    stands = {record.key: record for record in wire.read(list(fields), keys=keys)}
    ids = {r.key: r.remote_id for r in connect(contacts).read(["name"], keys=people)}
    assert {key: str(record.values[columns["customer"]]) for key, record in stands.items()} == {
        f"{prefix}-{n}": ids[people[n % 3]] for n in range(6)
    }
    assert engine.activate(hub.home, tasks).requests == 0

    publish(
        hub, columns, prefix, people,
        [(n, people[n % 3], f"Question {n}" if n else "Another question") for n in range(6)],
    )  # fmt: skip
    second = engine.activate(hub.home, tasks)
    assert (second.counts["updated"], second.counts["unchanged"]) == (1, 5)
    (record,) = wire.read(list(fields), keys=[f"{prefix}-0"])
    assert record.values[columns["description"]] == "Another question"

    mirror = replace(tasks, mode="mirror")  # an answered conversation goes
    publish(
        hub, columns, prefix, people, [(n, people[n % 3], f"Question {n}") for n in range(1, 6)]
    )
    last = engine.activate(hub.home, mirror)
    if crm == "tryton":  # a rule of that server, told in its own words
        assert last.counts["rejected"] == 1
        assert "you must cancel it" in log(hub)[-1]["error"]
    else:
        assert last.counts["deleted"] == 1
        assert wire.read(list(fields), keys=[f"{prefix}-0"]) == []
