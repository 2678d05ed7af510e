"""Against a real Tryton (../shared/servers/tryton.sh)."""

import os
import uuid

import httpx
import pytest

from connectors.target_base.delivery import Delivery, Manners
from connectors.target_base.wire import Change, DeniedError, Op, Status
from connectors.target_tryton import party
from connectors.target_tryton.wire import connect

URL = os.environ.get("TRYTON_URL", "http://127.0.0.1:8084")
SETTINGS = {"base_url": URL, "database": "crm", "username": "admin", "password": "admin-pass"}
QUICK = Manners(wait=0.01, longest=0.1)


@pytest.fixture
def server():
    try:
        httpx.get(URL, timeout=5)
    except httpx.HTTPError:
        pytest.skip("Tryton is not running; ../shared/servers/tryton.sh starts it")


@pytest.fixture
def prefix():
    return f"t{uuid.uuid4().hex[:8]}"


def people(prefix, count):
    return [
        Change(
            Op.CREATE,
            f"{prefix}-{n}",
            {"name": f"Name {n}", "email": f"{prefix}{n}@example.org", "city": "Paris"},
        )
        for n in range(count)
    ]


def sent(changes):
    wire = connect(SETTINGS)
    kinds = {name: field.kind for name, field in wire.fields().items()}
    return list(Delivery(wire, kinds, manners=QUICK).deliver(changes)), wire


@pytest.mark.live
def test_two_hundred_parties_with_their_contacts_are_one_request(server, prefix):
    outcomes, wire = sent(people(prefix, 200))
    assert {outcome.status for outcome in outcomes} == {Status.DONE}
    assert wire.requests == 2  # the description, and all of them
    (record,) = wire.read(["name", "email"], keys=[f"{prefix}-7"])
    assert record.values["email"] == f"{prefix}7@example.org"
    assert record.values["city"] == "Paris"


@pytest.mark.live
def test_each_party_gets_its_own_changes_in_one_request(server, prefix):
    made, wire = sent(people(prefix, 20))
    read = wire.read(["name"], ids=[o.remote_id for o in made])
    changes = [
        Change(Op.UPDATE, r.key, {"email": f"new.{r.key}@example.org", "phone": "+33142000000"},
               r.remote_id, r.stamp)
        for r in read
    ]  # fmt: skip
    before = wire.requests
    outcomes = list(Delivery(wire, {}, manners=QUICK).deliver(changes))
    assert {o.status for o in outcomes} == {Status.DONE}
    assert wire.requests - before == 1
    after = wire.read(["name"], ids=[o.remote_id for o in made])
    assert {r.values["email"] for r in after} == {f"new.{r.key}@example.org" for r in after}
    cleared = [Change(Op.UPDATE, after[0].key, {"phone": None}, after[0].remote_id)]
    list(Delivery(wire, {}, manners=QUICK).deliver(cleared))
    assert wire.read(["name"], ids=[after[0].remote_id])[0].values["phone"] is None


@pytest.mark.live
def test_a_persons_edit_between_our_reading_and_writing_stops_that_row_alone(server, prefix):
    made, wire = sent(people(prefix, 8))
    read = wire.read(["name"], ids=[o.remote_id for o in made])
    person = connect(SETTINGS)
    person.client.command("party.party", "write", [int(read[3].remote_id)], {"name": "Mine"}, {})
    changes = [Change(Op.UPDATE, r.key, {"name": "Hub"}, r.remote_id, r.stamp) for r in read]
    outcomes = list(Delivery(wire, {}, manners=QUICK).deliver(changes))
    assert [o.status for o in outcomes].count(Status.MOVED) == 1
    names = [r.values["name"] for r in wire.read(["name"], ids=[r.remote_id for r in read])]
    assert sorted(names) == ["Hub"] * 7 + ["Mine"]


@pytest.mark.live
def test_a_bad_party_stands_alone_and_the_same_key_is_never_two(server, prefix):
    rows = people(prefix, 16)
    bad = Change(Op.CREATE, f"{prefix}-bad", {"name": "X", "sale_invoice_method": "nonsense"})
    outcomes, _ = sent([*rows, bad])
    assert [o.change.key for o in outcomes if o.status is Status.REJECTED] == [bad.key]
    again, wire = sent(rows)  # as after a lost answer
    assert {o.status for o in again} == {Status.DONE}
    found = wire.client.question(
        "party.party", "search_count", [["code", "like", f"{prefix}-%"]], {}
    )
    assert found == 16


@pytest.mark.live
def test_a_merge_is_the_servers_own_and_the_lost_id_leads_to_the_survivor(server, prefix):
    made, wire = sent(people(prefix, 2))
    first, second = (str(o.remote_id) for o in made)
    merge = Change(Op.MERGE, "k", {}, second, into=first)
    (outcome,) = Delivery(wire, {}, manners=QUICK).deliver([merge])
    (record,) = wire.read(["name"], ids=[second])
    assert outcome.status is Status.DONE
    assert (record.remote_id, record.asked_id) == (first, second)


@pytest.mark.live
def test_a_wrong_password_stops_at_once(server):
    wire = connect({**SETTINGS, "password": "wrong"})
    with pytest.raises(DeniedError) as told:
        wire.read(["name"], keys=["x"])
    assert "wrong" not in str(told.value)


def test_a_partys_contacts_are_written_where_they_live():
    values = {"name": "A", "email": "a@b.c", "phone": None, "city": "Paris"}
    sent = party.nested(values, {"email": 5, "phone": 6})
    assert sent == {
        "name": "A",
        "contact_mechanisms": [["write", [5], {"value": "a@b.c"}], ["delete", [6]]],
        "addresses": [["create", [{"city": "Paris"}]]],
    }
