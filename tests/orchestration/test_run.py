"""One command: records in, customers out; nothing new, nothing done; two at once, one waits."""

import json
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.cli.console import Progress, UserError
from orchestration.cli.records import record_or_customer
from orchestration.running import run as run_hub
from orchestration.site import Site
from tests.orchestration.conftest import NAMES, Place, email

pytestmark = pytest.mark.slow

Done = tuple[Place, dict[str, Any]]


def test_a_first_run_publishes_customers_of_all_sources(done: Done) -> None:
    place, said = done
    assert (said["status"], said["exit"], said["errors"]) == ("complete", 0, [])
    assert {load["source"]: sum(load["rows"].values()) for load in said["loads"]} == {
        "crm": 4,
        "shop": 8,
    }
    with duckdb.connect(str(place.published.resolve()), read_only=True) as hub:
        several = hub.execute(
            "select full_name from marts.customers where source_count > 1 order by 1"
        ).fetchall()
        total = hub.execute("select count(*) from marts.customers").fetchone()
        generation = hub.execute("select generation_id from marts.generation").fetchone()
    assert (several, total) == ([("Chloé Petit",), ("Dmitri Orlov",)], (6,))
    assert generation == (said["generation"],)
    assert said["checks"] > 20


def test_the_run_is_in_dagsters_instance(done: Done) -> None:
    place, _ = done
    from orchestration.graph.instance import open_instance
    from orchestration.site import Site

    site = Site.open(place.folder / "hub.yaml", place.home)
    with open_instance(site.home, site.hub.run) as instance:
        (run,) = instance.get_runs()
    assert (run.job_name, run.status.value) == ("refresh", "SUCCESS")


def test_a_run_with_nothing_new_does_nothing_and_says_so(again: Place) -> None:
    warehouse = again.home / "warehouse" / "hub.duckdb"
    before = warehouse.stat().st_mtime_ns, again.published.resolve()
    done = again.tessera("run")
    assert done.returncode == 0
    assert "Nothing is new" in done.stdout
    assert "✓ crm: nothing new" in done.stderr
    assert (warehouse.stat().st_mtime_ns, again.published.resolve()) == before


def test_a_warehouse_that_was_deleted_is_news(again: Place, monkeypatch) -> None:
    built: list[str] = []
    monkeypatch.setattr("orchestration.running.job.run_job", lambda *_: built.append("yes") or [])
    site = Site.open(again.folder / "hub.yaml", again.home)
    assert (run_hub(site, Progress()).status, built) == ("unchanged", [])
    (again.home / "warehouse" / "hub.duckdb").unlink()
    assert (run_hub(site, Progress()).status, built) == ("complete", ["yes"])


def test_a_retired_customer_is_told_from_one_that_never_was() -> None:
    with duckdb.connect() as hub:
        hub.execute("create schema marts; create schema identity")
        hub.execute(
            "create table marts.customer_identities "
            "(customer_id text, source text, source_record_id text)"
        )
        hub.execute("create table marts.customer_aliases (alias_id text, customer_id text)")
        hub.execute(
            "create table identity.identity_events as "
            "select 'retired' as kind, 'cus_1' as customer_id, "
            "timestamptz '2026-03-01' as occurred_at"
        )
        with pytest.raises(UserError, match="cus_1 was retired on 2026-03-01"):
            record_or_customer(hub, "cus_1")
        with pytest.raises(UserError, match="there is no customer cus_2"):
            record_or_customer(hub, "cus_2")


def test_one_that_shall_not_wait_says_who_runs(again: Place) -> None:
    from orchestration.locks import lock

    with lock(again.home / "run.lock", "a run of this hub"):
        done = again.tessera("run", "--no-wait")
    assert done.returncode == 1
    assert "a run of this hub is under way: process" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_gate_stops_a_generation_that_lost_a_source_until_a_person_accepts_it(
    again: Place,
) -> None:
    about = again.published.resolve().parent / "generation.json"
    known = json.loads(about.read_text())
    known["measures"]["contacts"]["rows.erp"] = 900.0
    about.write_text(json.dumps(known))
    again.crm((0, NAMES[0], email(0), "Köln"))
    marts = again.marts()
    refused = again.run()
    assert (refused["status"], refused["exit"]) == ("failed", 1)
    assert "contacts of source erp: 0, expected at least 450" in " ".join(refused["errors"])
    assert again.marts() == marts
    # The warehouse is an output: gone, it is built anew. And of two runs at once one waits.
    (again.home / "warehouse" / "hub.duckdb").unlink()
    command = again.command("run", "--accept-drift")
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as two,
    ):
        said = sorted((one.communicate()[0], two.communicate()[0]))
    assert (one.returncode, two.returncode) == (0, 0)
    assert ["Nothing is new" in text for text in said] == [True, False]
    assert len(list((again.home / "published" / "generations").iterdir())) == 2
    assert len(again.marts()["customers"]) == 5


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sources", "test", "erp"), "has no source erp; it has: crm, shop"),
        (("identity", "decide", "never", "crm:1", "--why", "x", "--by", "me"), "at least 2"),
        (
            ("identity", "decide", "never", "crm:1", "crm:nope", "--why", "x", "--by", "me"),
            "there is no contact nope of source crm; nothing was written",
        ),
        (("identity", "review", "--status", "hold"), "suggested, held or vetoed"),
        (("why", "crm:1", "crm:1"), "is one record; name two"),
        (("why", "crm:1", "--chart", "nowhere/w.html"), "w.html cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    done: Done, words: tuple[str, ...], told: str
) -> None:
    said = done[0].tessera(*words)
    assert said.returncode == 1
    assert told in " ".join(said.stderr.split())
    assert "Traceback" not in said.stderr


def test_a_source_is_tested_without_keeping_anything(done: Done) -> None:
    said = done[0].tessera("sources", "test", "shop")
    words = [line.split() for line in said.stdout.splitlines()]
    assert ["shop", "(tap-files)"] in words
    assert {("reachable", "yes"), ("authorised", "yes")} <= {tuple(line) for line in words}
    assert [line[0] for line in words if line[1:] == ["1", "and", "more"]] == ["buyers", "orders"]


def test_status_and_verify_tell_what_is_there(done: Done) -> None:
    place, run = done
    assert run["generation"] in place.tessera("status").stdout.replace("\n", "")
    verified = place.tessera("verify")
    assert (verified.returncode, "2 packages, 0 faults" in verified.stdout) == (0, True)


def test_without_a_hub_it_says_where_to_begin(tmp_path: Path) -> None:
    said = Place(tmp_path).tessera("run")
    assert said.returncode == 1
    assert "there is no such file; name the file with --config" in " ".join(said.stderr.split())
