"""A plan is done exactly, or refused; a brake stops and asks; a run can be taken back."""

from dataclasses import replace

import pytest

from activation import engine
from activation.ledger import ActivationError
from activation.spec import Brake, FieldPolicy
from tests.activation.conftest import QUICK, a_sync, activate, log, person, there, writes


def plan(hub, sync):
    return engine.plan(hub.home, sync)


def apply(hub, sync, made, **more):
    return engine.apply(hub.home, sync, made.plan.plan_id, manners=QUICK, **more)


def test_a_plan_writes_nothing_and_applying_it_does_exactly_that(hub, crm, sync):
    hub.people(10)
    hub.publish()
    made = plan(hub, sync)
    assert made.status == "planned"
    assert made.counts["create"] == 10
    assert writes(crm) == 0
    done = apply(hub, sync, made)
    assert done.counts["created"] == 10
    with pytest.raises(ActivationError, match="applied already"):
        apply(hub, sync, made)


def test_an_applied_plan_refuses_when_a_record_moved_in_the_crm(hub, crm, sync):
    hub.people(5)
    hub.publish()
    activate(hub, sync)
    for row in hub.rows:
        row["city"] = "Lyon"
    hub.publish()
    made = plan(hub, sync)
    crm.contacts.edit(there(crm, "cus-2").id, city="Nantes")
    with pytest.raises(ActivationError, match="1 records changed in the CRM"):
        apply(hub, sync, made)
    assert there(crm, "cus-0").values["city"] == "Paris"  # nothing of it was done


@pytest.mark.parametrize("moves", ["generation", "rules", "ledger"])
def test_an_applied_plan_refuses_when_the_hub_moved(hub, crm, sync, moves):
    hub.people(3)
    hub.publish()
    made = plan(hub, sync)
    if moves == "generation":
        hub.publish()
    elif moves == "rules":
        sync = replace(sync, fields={**sync.fields, "city": FieldPolicy(own="crm")})
    else:
        activate(hub, sync)
    created = len(crm.contacts.entries)
    with pytest.raises(ActivationError, match=r"make a new plan|applied already|superseded"):
        apply(hub, sync, made)
    assert len(crm.contacts.entries) == created


@pytest.mark.parametrize("brake", ["share", "deletes", "empty", "unpublished"])
def test_a_brake_holds_with_the_diff_in_hand_until_it_is_released(hub, crm, brake):
    loose = a_sync(crm, mode="mirror", brake=Brake(100, deletes=1000))
    strict = replace(loose, brake=Brake(changed_percent=20, changed_rows=5, deletes=1))
    hub.people(20)
    hub.publish()
    activate(hub, loose)
    before = writes(crm)
    if brake == "share":
        for row in hub.rows:
            row["city"] = "Lyon"
    elif brake == "deletes":
        del hub.rows[10:13]
    elif brake == "empty":
        hub.rows = []
    hub.publish(honest=brake != "unpublished")
    held = activate(hub, strict)
    words = {
        "share": "20 of 20 rows change",
        "deletes": "3 records would be deleted",
        "empty": "the source is empty",
        "unpublished": "not published",
    }
    assert held.status == "held"
    assert any(words[brake] in reason for reason in held.held)
    assert writes(crm) == before
    number = engine.held_plan(hub.home, strict)
    assert number == held.plan.plan_id
    with pytest.raises(ActivationError, match="--release"):
        engine.apply(hub.home, strict, number)
    done = engine.apply(hub.home, strict, number, release=True, manners=QUICK)
    assert done.status == "done"


def test_undo_restores_what_is_still_ours_and_the_next_run_keeps_it(hub, crm, sync):
    hub.people(4)
    hub.publish()
    activate(hub, sync)
    for row in hub.rows:
        row.update(city="Lyon", firstname="Changed")
    hub.rows.append(person(9))
    hub.publish()
    run = activate(hub, sync)
    crm.contacts.edit(there(crm, "cus-1").id, city="Nantes")
    undone = engine.undo(hub.home, sync, run.run_id, manners=QUICK)
    assert undone.counts["deleted"] == 1  # the created one
    assert there(crm, "cus-0").values["city"] == "Paris"
    assert there(crm, "cus-0").values["firstname"] == "Name 0"
    assert there(crm, "cus-1").values["city"] == "Nantes"
    assert there(crm, "cus-1").values["firstname"] == "Name 1"
    assert there(crm, "cus-9") is None
    assert activate(hub, sync).requests == 0  # not written again behind the administrator's back
    hub.row(0)["phone"] = "+33142999999"
    hub.publish()
    activate(hub, sync)
    assert there(crm, "cus-0").values["city"] == "Paris"
    assert there(crm, "cus-0").values["phone"] == "+33142999999"


def test_undo_of_a_delete_brings_the_record_back(hub, crm, sync):
    sync = replace(sync, mode="mirror")
    hub.people(2)
    hub.publish()
    activate(hub, sync)
    hub.rows.pop()
    hub.customers = ["cus-0", "cus-1"]  # out of the sync's table, not out of the hub
    hub.publish()
    run = activate(hub, sync)
    assert there(crm, "cus-1") is None
    engine.undo(hub.home, sync, run.run_id, manners=QUICK)
    assert there(crm, "cus-1").values["email"] == "n1@example.org"
    assert activate(hub, sync).requests == 0


def test_every_rows_fate_is_on_record(hub, crm, sync):
    hub.people(3)
    generation = hub.publish()
    run = activate(hub, sync)
    rows = log(hub, run_id=run.run_id)
    assert [row["key"] for row in rows] == ["cus-0", "cus-1", "cus-2"]
    for row in rows:
        assert row["generation_id"] == generation
        assert row["status"] == "done"
        assert row["remote_id"]
        assert row["intended_at"] <= row["settled_at"]
