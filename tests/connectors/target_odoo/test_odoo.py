"""Against a real Odoo (../shared/servers/odoo.sh)."""

import os
import uuid

import httpx
import pytest

from connectors.target_base.delivery import Delivery, Manners
from connectors.target_base.wire import Change, DeniedError, Op, Status
from connectors.target_odoo import wire as room

URL = os.environ.get("ODOO_URL", "http://127.0.0.1:8069")
SETTINGS = {"base_url": URL, "database": "crm", "username": "admin", "password": "admin"}
QUICK = Manners(wait=0.01, longest=0.1)


@pytest.fixture
def server():
    try:
        httpx.get(URL, timeout=5)
    except httpx.HTTPError:
        pytest.skip("Odoo is not running; ../shared/servers/odoo.sh starts it")


@pytest.fixture
def prefix():
    return f"t{uuid.uuid4().hex[:8]}"


def people(prefix, count):
    return [
        Change(
            Op.CREATE,
            f"{prefix}-{n}",
            {"name": f"Name {n}", "email": f"{prefix}{n}@example.org", "country_id": "FR"},
        )
        for n in range(count)
    ]


def sent(changes):
    wire = room.connect(SETTINGS)
    kinds = {name: field.kind for name, field in wire.fields().items()}
    return list(Delivery(wire, kinds, manners=QUICK).deliver(changes)), wire


@pytest.mark.live
def test_partners_are_upserted_by_external_id_in_one_request(server, prefix):
    outcomes, wire = sent(people(prefix, 30))
    again, _ = sent(people(prefix, 30))  # as after a lost answer
    like = [["email", "like", f"{prefix}%"]]
    assert {o.status for o in [*outcomes, *again]} == {Status.DONE}
    assert wire.requests == 3  # sign-in, the description, and all of them
    assert wire.client.question("res.partner", "search_count", like) == 30
    (record,) = wire.read(["name", "country_id"], keys=[f"{prefix}-7"])
    assert (record.values["name"], record.values["country_id"]) == ("Name 7", "FR")


@pytest.mark.live
def test_the_server_names_bad_rows_and_the_rest_is_written(server, prefix):
    rows = people(prefix, 10)
    rows[4] = Change(Op.CREATE, f"{prefix}-4", {"name": "X", "lang": "xx_XX"})
    outcomes, _ = sent(rows)
    refused = [o for o in outcomes if o.status is Status.REJECTED]
    assert [o.change.key for o in refused] == [f"{prefix}-4"]
    assert "not found in selection" in refused[0].error
    assert sum(o.status is Status.DONE for o in outcomes) == 9


@pytest.mark.live
def test_updates_clear_what_is_none_and_tell_what_is_gone(server, prefix):
    made, wire = sent(people(prefix, 3))
    wire.client.command("res.partner", "unlink", [int(str(made[1].remote_id))])
    changes = [Change(Op.UPDATE, o.change.key, {"email": None}, o.remote_id) for o in made]
    outcomes = list(Delivery(wire, {}, manners=QUICK).deliver(changes))
    fates = {o.change.key: o.status for o in outcomes}
    assert fates == {
        f"{prefix}-0": Status.DONE,
        f"{prefix}-1": Status.GONE,
        f"{prefix}-2": Status.DONE,
    }
    (record,) = wire.read(["email", "name"], ids=[made[0].remote_id])
    assert (record.values["email"], record.values["name"]) == (None, "Name 0")


@pytest.mark.live
def test_a_merge_is_the_servers_own_and_the_key_leads_to_the_survivor(server, prefix):
    made, wire = sent(people(prefix, 2))
    first, second = (str(o.remote_id) for o in made)
    merge = Change(Op.MERGE, "k", {}, second, into=first)
    (outcome,) = Delivery(wire, {}, manners=QUICK).deliver([merge])
    (record,) = wire.read(["name"], keys=[f"{prefix}-1"])
    assert outcome.status is Status.DONE
    assert record.remote_id == first


@pytest.mark.live
def test_a_wrong_password_stops_at_once(server):
    wire = room.connect({**SETTINGS, "password": "wrong-one"})
    with pytest.raises(DeniedError) as told:
        wire.read(["name"], keys=["x"])
    assert "wrong-one" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("name", None, ""),
        ("country_id", "FR", "base.fr"),
        ("active", True, "1"),
        ("date", "2024-02-29T13:00:00+01:00", "2024-02-29 12:00:00"),
    ],
)
def test_values_are_spelled_as_the_import_takes_them(name, value, text):
    assert room._sent(name, value) == text


def test_no_two_keys_share_an_external_id():
    keys = ["a.b", "a_b", "a-b", "a b", "a_2e_b"]
    assert len({room._name(key) for key in keys}) == len(keys)


def test_a_remembered_sign_in_is_for_the_same_user_of_the_same_server_only():
    first = room.connect(SETTINGS)
    first.client._uid = 7
    same = room.connect(SETTINGS)
    same.session = first.session
    assert same.client.uid == 7
    assert same.requests == 0
    for other in ({"username": "somebody"}, {"database": "other"}, {"base_url": "http://else"}):
        wire = room.connect(SETTINGS | other)
        wire.session = first.session
        assert wire.session == ""
