"""Against the PostgreSQL that ../shared/servers/legacy-sql.sh starts."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from activation import engine
from activation.spec import Brake, FieldPolicy, Sync
from connectors.target_base.delivery import Delivery, Manners
from connectors.target_base.wire import Change, DeniedError, Op, Status, UnavailableError, WireError
from connectors.target_postgres.wire import connect
from tests import live
from tests.activation.conftest import Hub, log

DSN = "postgresql://crm@127.0.0.1:5441/postgres"
QUICK = Manners(wait=0.001, longest=0.01)


@pytest.fixture(scope="module")
def db(shared: Path) -> Iterator[psycopg.Connection]:
    live.start(shared, "legacy-sql")
    with psycopg.connect(DSN, autocommit=True) as opened:
        yield opened


@pytest.fixture
def table(db: psycopg.Connection) -> Iterator[str]:
    """A table of a CRM, with a type of its own, a list and a generated column."""
    name = f'"Crm {uuid.uuid4().hex[:8]}"'
    db.execute(f"create schema {name}")
    db.execute(f"create type {name}.stage as enum ('lead', 'customer')")
    db.execute(
        f"create table {name}.people (tessera_id text primary key, firstname text, email text, "
        f"phone text, city text, born date, score numeric, tags text[], stage {name}.stage, "
        "loud text generated always as (upper(firstname)) stored)"
    )
    yield f"{name[1:-1]}.people"
    db.execute(f"drop schema {name} cascade")


def people(count):
    return [
        Change(
            Op.CREATE,
            f"cus-{n}",
            {"firstname": f"Zoë {n}", "score": "12.50", "tags": ["a", 'b"c'], "born": "1990-01-02"},
        )
        for n in range(count)
    ]


def sent(wire, changes):
    return list(Delivery(wire, {}, manners=QUICK).deliver(changes))


@pytest.mark.live
def test_rows_are_created_once_changed_and_cleared_a_thousand_per_statement(table):
    wire = connect({"dsn": DSN, "object": table})
    assert {o.status for o in sent(wire, people(1000))} == {Status.DONE}
    assert wire.requests == 1
    assert {o.status for o in sent(wire, people(3))} == {Status.DONE}, "as after a lost answer"
    (made,) = wire.read(["firstname", "tags", "score", "city"], keys=["cus-7"])
    assert (made.values["firstname"], made.values["tags"]) == ("Zoë 7", ["a", 'b"c'])
    changes = [Change(Op.UPDATE, "cus-7", {"firstname": None, "city": "Lyon"}, "cus-7", made.stamp)]
    changes += [Change(Op.UPDATE, "cus-8", {"city": "Paris"}, "cus-8")]
    assert {o.status for o in sent(wire, changes)} == {Status.DONE}
    (made,) = wire.read(["firstname", "score", "city"], keys=["cus-7"])
    assert (made.values["firstname"], made.values["city"]) == (None, "Lyon")
    assert str(made.values["score"]) == "12.50", "what was not sent stays"
    gone = [Change(Op.DELETE, f"cus-{n}", {}, f"cus-{n}") for n in range(900)]
    assert {o.status for o in sent(wire, gone)} == {Status.DONE}
    assert len(wire.read(["city"], ids=[f"cus-{n}" for n in range(1000)])) == 100


@pytest.mark.live
def test_bad_moved_and_deleted_rows_stand_alone(table, db):
    wire = connect({"dsn": DSN, "object": table})
    bad = Change(Op.CREATE, "bad", {"score": "no number"})
    fates = {o.change.key: o for o in sent(wire, [*people(20), bad])}
    assert fates["bad"].status is Status.REJECTED
    assert {o.status for key, o in fates.items() if key != "bad"} == {Status.DONE}
    read = {r.key: r for r in wire.read(["city"], keys=["cus-1", "cus-2", "cus-3"])}
    schema, _, name = table.partition(".")
    db.execute(f'update "{schema}".{name} set city = %s where tessera_id = %s', ["Hers", "cus-1"])
    db.execute(f'delete from "{schema}".{name} where tessera_id = %s', ["cus-2"])
    changes = [Change(Op.UPDATE, key, {"city": "Ours"}, key, read[key].stamp) for key in read]
    fates = {o.change.key: o.status for o in sent(wire, changes)}
    assert fates == {"cus-1": Status.MOVED, "cus-2": Status.GONE, "cus-3": Status.DONE}
    (hers,) = wire.read(["city"], keys=["cus-1"])
    assert hers.values["city"] == "Hers"


@pytest.mark.live
def test_the_table_says_what_may_be_written(table):
    fields = connect({"dsn": DSN, "object": table}).fields()
    assert fields["stage"].choices == {"lead", "customer"}
    assert (fields["score"].kind, fields["tags"].kind, fields["born"].kind) == (
        "number", "list", "date",
    )  # fmt: skip
    assert not fields["loud"].writable
    with pytest.raises(WireError, match="correct object"):
        connect({"dsn": DSN, "object": "nowhere"}).fields()


@pytest.mark.live
def test_credentials_without_the_right_stop_at_once_and_nobody_there_is_no_refusal(table, db):
    role = f"reader_{uuid.uuid4().hex[:8]}"
    db.execute(f"create role {role} login")
    db.execute(f'grant usage on schema "{table.partition(".")[0]}" to {role}')
    try:
        wire = connect({"dsn": DSN.replace("crm@", f"{role}@"), "object": table})
        with pytest.raises(DeniedError, match="grant"):
            sent(wire, people(1))
        wire.close()
    finally:
        db.execute(f'revoke all on schema "{table.partition(".")[0]}" from {role}')
        db.execute(f"drop role {role}")
    with pytest.raises(UnavailableError):
        sent(connect({"dsn": DSN.replace("5441", "1"), "object": table}), people(1))


@pytest.mark.live
def test_an_activation_keeps_a_persons_edit_and_says_nothing_twice(table, db, tmp_path):
    hub = Hub(tmp_path)
    hub.people(50)
    hub.publish()
    fields = {name: FieldPolicy() for name in ("firstname", "email", "phone", "city")}
    settings = {"dsn": DSN, "object": table}
    sync = Sync("crm", "contacts", "target-postgres", settings, "sync_crm__contacts", fields,
                brake=Brake(changed_percent=100))  # fmt: skip
    assert engine.activate(hub.home, sync).counts["created"] == 50
    assert engine.activate(hub.home, sync).requests == 0
    schema, _, name = table.partition(".")
    db.execute(f'update "{schema}".{name} set city = %s where tessera_id = %s', ["Hers", "cus-1"])
    for number in (1, 2):
        hub.row(number)["city"] = "Lyon"
    hub.publish()
    report = engine.activate(hub.home, replace(sync))
    assert (report.counts["updated"], report.counts["conflict"]) == (1, 1)
    assert log(hub, status="conflict")[0]["key"] == "cus-1"
    assert report.requests == 2, "one reads, one writes"
    undone = engine.undo(hub.home, sync, report.run_id)
    assert undone.counts["updated"] == 1
    (row,) = db.execute(f'select city from "{schema}".{name} where tessera_id = %s', ["cus-2"])
    assert row == ("Paris",)


def test_a_missing_dsn_is_told_in_a_sentence():
    with pytest.raises(WireError, match="CRM_DSN"):
        connect({})
