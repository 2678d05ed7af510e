"""What goes wrong in other people's systems, by name."""

import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from activation.ledger import ActivationError, BusyError, Ledger
from connectors.target_base.sandbox import Property, Trouble
from connectors.target_hubspot.sandbox import HubspotSandbox
from tests.activation.conftest import a_sync, activate, log, there, writes
from tests.conftest import ROOT


def test_a_field_deleted_in_the_crm_fails_visibly_and_the_rest_goes_out(hub, crm, sync):
    hub.people(3)
    hub.publish()
    activate(hub, sync)
    del crm.contacts.properties["city"]
    for row in hub.rows:
        row.update(city="Lyon", firstname="New")
    hub.publish()
    activate(hub, sync)  # finds out: the description was remembered
    report = activate(hub, sync)
    assert there(crm, "cus-0").values["firstname"] == "New"
    assert report.counts["refused"] == 3
    assert "does not exist" in log(hub, status="refused")[0]["error"]


def test_a_field_made_read_only_there_is_told_and_blocks_no_other(hub, crm, sync):
    crm.contacts.properties["city"].read_only = True
    hub.people(3)
    hub.publish()
    report = activate(hub, sync)
    assert report.counts["created"] == 3
    assert report.counts["refused"] == 3
    assert "read-only" in log(hub, status="refused")[0]["error"]
    assert "city" not in there(crm, "cus-0").values


def test_a_refused_picklist_value_fails_visibly_until_it_succeeds(hub, crm, sync):
    crm.contacts.properties["city"] = Property("choice", choices=("Paris",))
    hub.people(3)
    hub.row(1)["city"] = "Atlantis"
    hub.publish()
    first = activate(hub, sync)
    again = activate(hub, sync)
    hub.row(1)["city"] = "Paris"
    hub.publish()
    healed = activate(hub, sync)
    assert (first.counts["created"], first.failed) == (3, 1)
    assert again.failed == 1
    assert healed.failed == 0
    assert there(crm, "cus-1").values["city"] == "Paris"


def test_a_row_that_the_crm_refuses_is_bisected_out_and_retried_alone(hub, crm, sync):
    hub.people(40)
    hub.row(7)["email"] = "refuse-me"
    hub.publish()
    check = crm.contacts.check

    def picky(values):
        if values.get("email") == "refuse-me":
            from connectors.target_base.sandbox import RefusedError

            raise RefusedError("choice", "refuse-me is not an e-mail address")
        check(values)

    crm.contacts.check = picky
    first = activate(hub, sync)
    made = writes(crm)
    second = activate(hub, sync)
    (refused,) = log(hub, status="rejected", run_id=first.run_id)
    assert (first.counts["created"], first.counts["rejected"]) == (39, 1)
    assert second.counts["rejected"] == 1
    assert second.counts["unchanged"] == 39
    assert writes(crm) == made
    assert refused["key"] == "cus-7"
    assert "is not an e-mail address" in refused["error"]
    assert "refuse-me" not in refused["error"]  # the row's own value stays out of words
    hub.row(7)["email"] = "ok@example.org"
    hub.publish()
    assert activate(hub, sync).counts["created"] == 1


def test_a_record_deleted_by_a_person_is_not_created_again(hub, crm, sync):
    hub.people(2)
    hub.publish()
    activate(hub, sync)
    crm.contacts.delete(there(crm, "cus-0").id)
    hub.row(0)["city"] = hub.row(1)["city"] = "Lyon"
    hub.publish()
    report = activate(hub, sync)
    hub.row(0)["city"] = "Nice"
    hub.publish()
    later = activate(hub, sync)
    assert report.counts["gone"] == 1
    assert len(crm.contacts.entries) == 1
    assert "created" not in later.counts
    assert later.requests == 0


def test_a_record_that_its_source_knows_and_a_person_deleted_is_asked_about_once(hub, crm, sync):
    hub.people(1)
    hub.identities = [("cus-0", "crm", "424242")]
    hub.publish()
    report = activate(hub, sync)
    assert report.counts["gone"] == 1
    assert not crm.contacts.entries
    assert activate(hub, sync).requests == 0


def test_where_the_policy_says_so_a_deleted_record_is_created_again(hub, crm, sync):
    sync = replace(sync, on_deleted="recreate")
    hub.people(1)
    hub.publish()
    activate(hub, sync)
    crm.contacts.delete(there(crm, "cus-0").id)
    crm.contacts._by_key.clear()
    hub.row(0)["city"] = "Lyon"
    hub.publish()
    assert activate(hub, sync).counts["created"] == 1


def test_a_record_merged_by_a_person_is_followed_to_its_survivor(hub, crm, sync):
    hub.people(1)
    hub.publish()
    activate(hub, sync)
    by_hand = crm.contacts.create({"firstname": "By hand"})
    crm.contacts.merge(by_hand.id, there(crm, "cus-0").id)
    hub.row(0)["city"] = "Lyon"
    hub.publish()
    activate(hub, sync)
    assert by_hand.values["city"] == "Lyon"
    assert len(crm.contacts.entries) == 1


def test_a_token_without_the_right_scope_stops_with_one_sentence(hub, crm, sync):
    hub.people(3)
    hub.publish()
    crm.tokens = frozenset()
    with pytest.raises(ActivationError) as told:
        activate(hub, sync)
    assert "crm: contacts:" in str(told.value)
    assert "token" in str(told.value)
    assert "sandbox-token" not in str(told.value)
    assert "example.org" not in str(told.value)
    crm.tokens = frozenset({"sandbox-token"})
    assert activate(hub, sync).counts["created"] == 3


def test_two_activations_at_once_are_one(hub, crm, sync):
    hub.people(5)
    hub.publish()
    ledger = Ledger(hub.home, "crm")
    with ledger.locked(), pytest.raises(BusyError, match="another activation"):
        activate(hub, sync)
    ledger.close()
    reports, refusals = [], []

    def run():
        try:
            reports.append(activate(hub, sync))
        except BusyError:
            refusals.append(1)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reports
    assert len(reports) + len(refusals) == 4
    assert len(crm.contacts.entries) == 5
    assert crm.contacts.writes["create"] == 5


def test_a_sandbox_that_drops_limits_breaks_and_hangs_ends_equal_to_the_plan(hub):
    trouble = Trouble(lost=0.1, refused=0.02, broken=0.1, hangs=0.02, partial=0.05, hang=1.3)
    with HubspotSandbox(trouble) as crm:
        sync = a_sync(crm)
        hub.people(600)
        hub.publish()
        report = activate(hub, sync)
        assert report.counts["created"] == 600
        assert crm.contacts.writes["create"] == len(crm.contacts.entries) == 600
        assert {e.values["tessera_id"] for e in crm.contacts.entries.values()} == {
            row["tessera_id"] for row in hub.rows
        }
        assert {row["status"] for row in log(hub)} == {"done"}
        assert activate(hub, sync).requests == 0


class Killer(HubspotSandbox):
    """Kills the process that it talks to at a given request, before or after carrying it out."""

    victim: subprocess.Popen | None = None
    at = 0

    async def __call__(self, scope, receive, send):
        self.at -= 1
        if self.at == 0 and self.dice.random() < 0.5:
            self.victim.kill()
        await super().__call__(scope, receive, send)
        if self.at == 0:
            self.victim.kill()


PROGRAM = """
import sys
from pathlib import Path
from activation import engine
from tests.activation.conftest import a_sync
class Crm: base_url = sys.argv[1]
engine.activate(Path(sys.argv[2]), a_sync(Crm))
"""


def test_a_killed_run_leaves_no_row_unaccounted_for(hub):
    hub.people(250)
    hub.publish()
    with Killer() as crm:
        for at in (6, 4):
            command = [sys.executable, "-c", PROGRAM, crm.base_url, str(hub.home)]
            crm.victim, crm.at = subprocess.Popen(command, cwd=ROOT), at
            assert crm.victim.wait() == -9
        crm.at = 0
        report = activate(hub, a_sync(crm))
        assert report.status == "done"
        assert not log(hub, status="intended")
        assert crm.contacts.writes["create"] == len(crm.contacts.entries) == 250
        for row in hub.rows:
            values = there(crm, row["tessera_id"]).values
            assert [values[n] for n in ("firstname", "city")] == [row["firstname"], row["city"]]
        assert activate(hub, a_sync(crm)).requests == 0
