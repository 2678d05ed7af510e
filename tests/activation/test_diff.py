"""Only changed fields of changed rows go out; a person's edit and good values stay."""

from dataclasses import replace

import pytest

from activation.spec import FieldPolicy
from tests.activation.conftest import activate, log, there, writes


def test_nothing_changed_means_no_request_at_all(hub, crm, sync):
    hub.people(30)
    hub.publish()
    first = activate(hub, sync)
    seen = sum(crm.calls.values())
    second = activate(hub, sync)
    hub.publish()  # a new generation with the same content
    third = activate(hub, sync)
    assert first.counts["created"] == 30
    assert (second.requests, third.requests) == (0, 0)
    assert sum(crm.calls.values()) == seen
    assert third.counts["unchanged"] == 30


def test_only_changed_fields_of_changed_rows_go_out(hub, crm, sync):
    hub.people(30)
    hub.publish()
    activate(hub, sync)
    hub.row(3)["city"] = "Lyon"
    hub.publish()
    report = activate(hub, sync)
    (sent,) = log(hub, op="update")
    assert report.counts["updated"] == 1
    assert report.requests == 2  # what stands there now, and the write
    assert sent["fields"] == '{"city":"Lyon"}'
    assert there(crm, "cus-3").values["city"] == "Lyon"


def test_the_crms_own_spelling_is_not_a_change(hub, crm, sync):
    hub.people(1)
    hub.row(0)["email"] = "Ada@Example.ORG"
    hub.publish()
    crm.contacts.properties["phone"].spelled = lambda v: f"0{v[3:]}"
    activate(hub, sync)
    hub.row(0)["city"] = "Lyon"
    hub.publish()
    before = there(crm, "cus-0").values["phone"]
    report = activate(hub, sync)
    crm.contacts.properties["phone"].spelled = None
    assert before == "0142000000"
    assert report.counts == {"updated": 1, "unchanged": 0}
    assert log(hub, op="update")[0]["fields"] == '{"city":"Lyon"}'


def test_null_never_overwrites(hub, crm, sync):
    hub.people(1)
    hub.publish()
    activate(hub, sync)
    crm.contacts.edit(there(crm, "cus-0").id, phone="+33199999999")
    hub.row(0).update(phone=None, email="", city=None)
    hub.publish()
    report = activate(hub, sync)
    values = there(crm, "cus-0").values
    assert values["phone"] == "+33199999999"
    assert values["email"] == "n0@example.org"
    assert values["city"] == "Paris"
    assert "updated" not in report.counts


def test_with_clear_the_hub_takes_back_its_own_value_and_no_other(hub, crm, sync):
    sync = replace(sync, fields={**sync.fields, "city": FieldPolicy(clear=True),
                                 "phone": FieldPolicy(clear=True)})  # fmt: skip
    hub.people(1)
    hub.publish()
    activate(hub, sync)
    crm.contacts.edit(there(crm, "cus-0").id, phone="+33199999999")
    hub.row(0).update(phone=None, city=None)
    hub.publish()
    activate(hub, sync)
    values = there(crm, "cus-0").values
    assert values["city"] is None
    assert values["phone"] == "+33199999999"


def test_a_persons_edit_in_between_is_a_conflict_kept_and_reported(hub, crm, sync):
    hub.people(2)
    hub.publish()
    activate(hub, sync)
    crm.contacts.edit(there(crm, "cus-0").id, city="Nantes")
    hub.row(0)["city"] = hub.row(1)["city"] = "Lyon"
    hub.publish()
    report = activate(hub, sync)
    (conflict,) = log(hub, status="conflict")
    assert there(crm, "cus-0").values["city"] == "Nantes"
    assert there(crm, "cus-1").values["city"] == "Lyon"
    assert report.counts["conflict"] == 1
    assert "edited by a person" in conflict["error"]
    assert activate(hub, sync).requests == 0  # reported, not asked about for ever


def test_the_policy_decides_a_conflict(hub, crm, sync):
    sync = replace(sync, fields={**sync.fields, "city": FieldPolicy(on_conflict="overwrite")})
    hub.people(1)
    hub.publish()
    activate(hub, sync)
    crm.contacts.edit(there(crm, "cus-0").id, city="Nantes")
    hub.row(0)["city"] = "Lyon"
    hub.publish()
    activate(hub, sync)
    assert there(crm, "cus-0").values["city"] == "Lyon"


@pytest.mark.parametrize(
    ("own", "there_before", "expected"),
    [
        ("crm", "Nantes", "Nantes"),
        ("crm", None, None),
        ("if_empty", "Nantes", "Nantes"),
        ("if_empty", None, "Paris"),
        ("hub", "Nantes", "Paris"),
        ("never_null", "Nantes", "Paris"),
        ("append", "Nantes", "Nantes\nParis"),
        ("append", "has Paris in it", "has Paris in it"),
    ],
)
def test_each_field_has_its_owner(hub, crm, sync, own, there_before, expected):
    known = crm.contacts.create({"tessera_id": None, "city": there_before})
    sync = replace(sync, fields={**sync.fields, "city": FieldPolicy(own=own)})
    hub.people(1)
    hub.identities = [("cus-0", "crm", known.id)]
    hub.publish()
    activate(hub, sync)
    assert known.values["city"] == expected
    assert len(crm.contacts.entries) == 1  # the customer's own record, no second one


def test_appending_twice_replaces_our_own_part(hub, crm, sync):
    sync = replace(sync, fields={**sync.fields, "city": FieldPolicy(own="append")})
    known = crm.contacts.create({"city": "by hand"})
    hub.people(1)
    hub.identities = [("cus-0", "crm", known.id)]
    hub.publish()
    activate(hub, sync)
    hub.row(0)["city"] = "Lyon"
    hub.publish()
    activate(hub, sync)
    assert known.values["city"] == "by hand\nLyon"


@pytest.mark.parametrize(
    ("mode", "created", "updated"),
    [("update", 0, 1), ("upsert", 1, 1), ("insert", 1, 0), ("mirror", 1, 1)],
)
def test_the_mode_says_what_may_happen(hub, crm, sync, mode, created, updated):
    known = crm.contacts.create({"firstname": "Old"})
    hub.people(2)
    hub.identities = [("cus-0", "crm", known.id)]
    hub.publish()
    activate(hub, replace(sync, mode=mode))
    assert len(crm.contacts.entries) == 1 + created
    assert (known.values["firstname"] == "Name 0") == bool(updated)


def test_a_mirror_deletes_what_we_created_and_nothing_else(hub, crm, sync):
    sync = replace(sync, mode="mirror")
    by_hand = crm.contacts.create({"firstname": "By hand"})
    adopted = crm.contacts.create({"firstname": "Adopted"})
    hub.people(4)
    hub.identities = [("cus-0", "crm", adopted.id)]
    hub.publish()
    activate(hub, sync)
    crm.contacts.edit(there(crm, "cus-2").id, city="Nantes")
    hub.rows = [hub.rows[3]]
    hub.publish()
    report = activate(hub, sync)
    assert report.counts["deleted"] == 1  # cus-1; cus-2 was edited by a person, cus-0 adopted
    assert {by_hand.id, adopted.id} <= set(crm.contacts.entries)
    assert there(crm, "cus-2") is not None
    assert activate(hub, sync).requests == 0


def test_a_reformatted_key_never_makes_a_mirror_delete_or_create_twice(hub, crm, sync):
    sync = replace(sync, mode="mirror")
    crm.contacts.properties["tessera_id"].spelled = lambda v: str(v).upper().replace("-", "-")
    hub.people(5)
    hub.publish()
    activate(hub, sync)
    for row in hub.rows:
        row["city"] = "Lyon"
    hub.publish()
    report = activate(hub, sync)
    assert report.counts["updated"] == 5
    assert len(crm.contacts.entries) == 5
    assert writes(crm) == 10
