"""Collections for few rows, one bulk job for many; answers as the recordings hold them."""

import json
import re

import pytest
from ruamel.yaml import YAML

from connectors.target_base.delivery import Delivery, Manners
from connectors.target_base.wire import Change, Op, Status
from connectors.target_salesforce import wire as room
from connectors.target_salesforce.bulk import written
from connectors.target_salesforce.sandbox import SalesforceSandbox

QUICK = Manners(wait=0.001, longest=0.01)
TESTS = "recordings/salesforce_cumulusci/cumulusci/tasks/bulkdata/tests/cassettes"
SHARED = "recordings/salesforce_cumulusci/cumulusci/tests/shared_cassettes"


def a_wire(running, **more):
    return room.connect({"base_url": running.base_url, "access_token": "sandbox-token", **more})


def rows(count, **more):
    return [Change(Op.CREATE, f"cus-{n}", {"LastName": f"N{n}", **more}) for n in range(count)]


def test_many_rows_go_as_one_job_whose_bad_rows_are_named():
    with SalesforceSandbox() as running:
        wire = a_wire(running, bulk_from=100)
        changes = rows(500)
        changes[7] = Change(Op.CREATE, "cus-7", {"LastName": "N7", "LeadSource": "Nonsense"})
        outcomes = list(Delivery(wire, {}, manners=QUICK).deliver(changes))
        refused = [o for o in outcomes if o.status is Status.REJECTED]
        assert len(running.jobs) == 1
        assert sum(o.status is Status.DONE for o in outcomes) == 499
        assert [o.change.key for o in refused] == ["cus-7"]
        assert "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" in refused[0].error


def test_a_job_updates_by_id_and_clears_what_is_none():
    with SalesforceSandbox() as running:
        made = list(Delivery(a_wire(running), {}).deliver(rows(3, MailingCity="Paris")))
        wire = a_wire(running, bulk_from=1)
        changes = [
            Change(Op.UPDATE, o.change.key, {"MailingCity": None}, o.remote_id) for o in made
        ]
        outcomes = list(Delivery(wire, {}, manners=QUICK).deliver(changes))
        assert {o.status for o in outcomes} == {Status.DONE}
        assert {e.values["MailingCity"] for e in running.contacts.entries.values()} == {None}
        assert {e.values["LastName"] for e in running.contacts.entries.values()} == {
            "N0",
            "N1",
            "N2",
        }


def test_a_bulk_cell_is_empty_where_nothing_changes_and_na_where_it_is_cleared():
    text = written([{"Id": "1", "A": None}, {"Id": "2", "B": 'say "hi"'}])
    assert text == 'A,B,Id\n#N/A,,1\n,"say ""hi""",2\n'


def test_recorded_answers_of_collections_are_understood(shared):
    cassette = shared / TESTS / "TestUpsert.test_upsert_complex_external_id_field__rest.yaml"
    recorded = YAML(typ="safe").load(cassette.read_text())["interactions"]
    understood = 0
    for one in recorded:
        request = one.get("request") or {}
        if request.get("method") != "PATCH":
            continue
        sent = json.loads(request["body"])
        answers = json.loads(one["response"]["body"]["string"])
        assert re.search(r"/composite/sobjects/\w+/\w+$", request["uri"])
        assert {"allOrNone", "records"} == set(sent)
        assert all("attributes" in record for record in sent["records"])
        for result in answers:
            change = Change(Op.CREATE, "k", {})
            outcome = room._outcome(change, result)
            assert outcome.status is Status.DONE
            assert outcome.remote_id == result["id"]
            understood += 1
    assert understood > 20


def test_our_collection_request_has_the_shape_of_the_recorded_ones(shared):
    cassette = shared / TESTS / "TestUpsert.test_upsert_complex_external_id_field__rest.yaml"
    recorded = YAML(typ="safe").load(cassette.read_text())["interactions"]
    theirs = next(
        json.loads(one["request"]["body"])
        for one in recorded
        if (one.get("request") or {}).get("method") == "PATCH"
    )
    seen = []
    with SalesforceSandbox() as running:
        wire = a_wire(running)
        command = wire.client.command
        wire.client.command = lambda *given, **more: seen.append(given) or command(*given, **more)
        list(Delivery(wire, {}).deliver(rows(2)))
    method, path, body = seen[0]
    assert (method, path) == ("PATCH", "composite/sobjects/Contact/Tessera_Id__c")
    assert set(body) == set(theirs)
    assert set(body["records"][0]["attributes"]) == set(theirs["records"][0]["attributes"])


def test_a_recorded_describe_says_which_fields_may_be_written(shared):
    cassette = shared / SHARED / "GET_sobjects_Contact_describe.yaml"
    text = YAML(typ="safe").load(cassette.read_text())["response"]["body"]["string"]
    fields = {one["name"]: room._field(one) for one in json.loads(text)["fields"]}
    assert fields["LastName"].writable
    assert not fields["Id"].writable
    assert fields["Email"].kind == "email"
    assert fields["Phone"].kind == "phone"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"statusCode": "UNABLE_TO_LOCK_ROW", "message": "locked"}, Status.RETRY),
        ({"statusCode": "ENTITY_IS_DELETED", "message": "gone"}, Status.GONE),
        ({"statusCode": "REQUIRED_FIELD_MISSING", "message": "LastName"}, Status.REJECTED),
    ],
)
def test_each_row_error_is_taken_by_how_one_recovers(error, status):
    change = Change(Op.UPDATE, "k", {}, "003")
    assert room._outcome(change, {"success": False, "errors": [error]}).status is status
