"""Merges, splits, consent, erasure: what happens to people travels, and may stop a row."""

from dataclasses import replace

import duckdb
import pytest

from activation import engine
from activation.erasure import forget
from activation.spec import Consent
from tests.activation.conftest import QUICK, activate, log, person, there

ASKED = Consent("marketing")


def test_a_merge_repoints_the_one_record_to_the_surviving_id(hub, crm, sync):
    hub.people(1)
    hub.publish()
    activate(hub, sync)
    remote_id = there(crm, "cus-0").id
    hub.rows = [{**person(0), "tessera_id": "cus-new", "city": "Lyon"}]
    hub.aliases = {"cus-0": "cus-new"}
    hub.publish()
    activate(hub, sync)
    assert len(crm.contacts.entries) == 1
    record = crm.contacts.entries[remote_id]
    assert record.values["tessera_id"] == "cus-new"
    assert record.values["city"] == "Lyon"
    assert activate(hub, sync).requests == 0


@pytest.mark.parametrize("merge", [True, False])
def test_two_records_of_one_customer_merge_where_the_policy_allows(hub, crm, sync, merge):
    sync = replace(sync, merge=merge)
    hub.people(2)
    hub.publish()
    activate(hub, sync)
    hub.rows = [hub.rows[0]]
    hub.aliases = {"cus-1": "cus-0"}
    hub.publish()
    report = activate(hub, sync)
    assert len(crm.contacts.entries) == (1 if merge else 2)
    assert report.counts.get("merged" if merge else "superseded") == 1
    assert there(crm, "cus-0").values["email"] == "n0@example.org"
    assert activate(hub, sync).requests == 0


def test_a_split_corrects_what_is_no_longer_true(hub, crm, sync):
    hub.people(1)
    hub.publish()
    activate(hub, sync)
    hub.rows = [{**person(0), "phone": None}, person(1)]
    hub.splits = ["cus-0"]
    hub.publish()
    activate(hub, sync)
    assert there(crm, "cus-0").values["phone"] is None
    assert there(crm, "cus-0").values["email"] == "n0@example.org"
    assert there(crm, "cus-1").values["phone"] == "+33142000001"


def test_after_a_split_a_record_goes_with_the_customer_it_belongs_to(hub, crm, sync):
    known = crm.contacts.create({"firstname": "Old"})
    hub.people(1)
    hub.identities = [("cus-0", "crm", known.id)]
    hub.publish()
    activate(hub, sync)
    hub.rows = [{**person(1), "phone": None}]
    hub.identities = [("cus-1", "crm", known.id)]
    hub.publish()
    activate(hub, sync)
    assert known.values["firstname"] == "Name 1"
    assert known.values["phone"] is None  # it was the other half's
    assert len(crm.contacts.entries) == 1


def test_without_the_required_consent_no_row_goes_out(hub, crm, sync):
    sync = replace(sync, consent=ASKED)
    hub.people(3)
    hub.consents = [("cus-0", "marketing", "granted"), ("cus-1", "marketing", "unknown")]
    hub.publish()
    report = activate(hub, sync)
    assert list(crm.contacts._by_key) == ["cus-0"]
    assert report.counts["withheld"] == 2
    assert activate(hub, sync).requests == 0


def test_the_most_restrictive_statement_wins_on_a_merged_person(hub, crm, sync):
    sync = replace(sync, consent=ASKED)
    hub.people(1)
    hub.consents = [("cus-0", "marketing", "granted"), ("cus-0", "marketing", "denied")]
    hub.publish()
    activate(hub, sync)
    assert not crm.contacts.entries


def test_a_suppressed_person_is_left_alone_whatever_the_destination_asks(hub, crm, sync):
    hub.people(2)
    hub.consents = [("cus-0", "suppression", "denied")]
    hub.publish()
    activate(hub, sync)
    assert list(crm.contacts._by_key) == ["cus-1"]


def test_consent_withdrawn_after_the_plan_stops_the_row_at_send_time(hub, crm, sync):
    sync = replace(sync, consent=ASKED)
    hub.people(2)
    hub.consents = [(f"cus-{n}", "marketing", "granted") for n in range(2)]
    hub.publish()
    made = engine.plan(hub.home, sync)
    withdrawn_while_it_runs(hub, crm, "cus-1")
    engine.apply(hub.home, sync, made.plan.plan_id, manners=QUICK)
    assert list(crm.contacts._by_key) == ["cus-0"]
    assert log(hub, status="withheld")[0]["error"] == "marketing was denied"


def withdrawn_while_it_runs(hub, crm, key):
    """Publish a generation with the withdrawal at the CRM's next request: the plan is checked."""
    ask = crm.contacts.by_key

    def meanwhile(wanted):
        crm.contacts.by_key = ask
        hub.consents.append((key, "marketing", "denied"))
        hub.publish()
        return ask(wanted)

    crm.contacts.by_key = meanwhile


def test_a_person_erased_in_the_middle_of_a_plan_is_not_sent(hub, crm, sync):
    hub.people(3)
    hub.publish()
    made = engine.plan(hub.home, sync)
    ask = crm.contacts.by_key

    def meanwhile(wanted):
        crm.contacts.by_key = ask
        hub.customers = ["cus-0", "cus-2"]
        hub.publish()
        return ask(wanted)

    crm.contacts.by_key = meanwhile
    engine.apply(hub.home, sync, made.plan.plan_id, manners=QUICK)
    assert sorted(crm.contacts._by_key) == ["cus-0", "cus-2"]
    assert "erased" in log(hub, status="withheld")[0]["error"]


def test_an_erased_person_leaves_no_value_in_the_ledgers_bytes_nor_in_the_marks(hub, crm, sync):
    hub.people(3)
    hub.row(1)["city"] = "Unmistakable-Town"
    hub.publish()
    activate(hub, sync)
    assert forget(hub.home, ["cus-1"]) > 0
    folder = hub.home / "landing" / "_activation" / "crm"
    held = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    marked = duckdb.sql(f"select value from '{folder}/echo-contacts.parquet'").fetchall()
    assert b"Unmistakable-Town" not in held
    assert b"n1@example.org" not in held
    assert b"n2@example.org" in held
    assert ("Unmistakable-Town",) not in marked
    assert ("n2@example.org",) in marked
