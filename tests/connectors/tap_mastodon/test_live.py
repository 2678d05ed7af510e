"""Against snac, a real server that speaks Mastodon's API (../shared/servers/snac.sh)."""

import json
import os
import re
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.tap_base.testing import run
from connectors.tap_mastodon.tap import TapMastodon

URL = os.environ.get("SNAC_URL", "http://127.0.0.1:8083")
FOLDER = Path(os.environ.get("SERVERS_DIR", Path(tempfile.gettempdir()) / "tessera-servers"))
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"

pytestmark = pytest.mark.live


def sign_in(user: str) -> httpx.Client:
    """Get a token as a person would: app, login form, code."""
    password = re.search(r"password is (\S+)", (FOLDER / f"snac/{user}.txt").read_text())
    assert password is not None
    with httpx.Client(base_url=URL, trust_env=False) as http:
        app = {"client_name": "test", "redirect_uris": OUT_OF_BAND, "scopes": "read write"}
        known = http.post("/api/v1/apps", data=app).json()
        form = {"login": user, "passwd": password[1], "redir": OUT_OF_BAND, "state": ""}
        page = http.post("/oauth/x-snac-login", data={**form, "cid": known["client_id"]}).text
        code = re.search(r"([0-9a-f]{32,})", page)
        assert code is not None
        grant = {"grant_type": "authorization_code", "code": code[1], "redirect_uri": OUT_OF_BAND}
        ids = {name: known[name] for name in ("client_id", "client_secret")}
        token = http.post("/oauth/token", data={**grant, **ids}).json()["access_token"]
    return httpx.Client(
        base_url=URL,
        trust_env=False,
        headers={"Authorization": f"Bearer {token}"},
        limits=httpx.Limits(max_keepalive_connections=0),  # snac resets connections that it kept
        timeout=30,
    )


@pytest.fixture(scope="module")
def people() -> dict[str, httpx.Client]:
    try:
        httpx.get(f"{URL}/api/v1/instance", timeout=2, trust_env=False)
    except httpx.HTTPError:
        pytest.skip("snac is not up: run ../shared/servers/snac.sh")
    return {user: sign_in(user) for user in ("alice", "bob")}


def config_of(person: httpx.Client) -> dict[str, Any]:
    token = person.headers["authorization"].removeprefix("Bearer ")
    return {"base_url": URL, "access_token": token}


def test_a_conversation_between_two_people_is_read_whole(people: dict[str, httpx.Client]) -> None:
    alice, bob = people["alice"], people["bob"]
    mark = uuid.uuid4().hex
    said = bob.post("/api/v1/statuses", data={"status": f"{mark} is it open? @alice"})
    question = said.json()
    for _ in range(60):  # snac delivers in the background
        found = alice.get("/api/v1/notifications").json()
        mine = [n for n in found if n.get("status") and mark in n["status"]["content"]]
        if mine:
            break
        time.sleep(0.25)
    else:
        pytest.fail("snac did not deliver the mention")
    reply = {"status": f"{mark} it is", "in_reply_to_id": mine[0]["status"]["id"]}
    answer = alice.post("/api/v1/statuses", data=reply).json()

    got = run(TapMastodon, config_of(alice))
    assert got.error is None
    texts = {row["id"]: row["content"] for row in got.records("statuses")}
    assert mark in texts[answer["id"]]
    assert mark in texts[mine[0]["status"]["id"]]
    asker = mine[0]["account"]["id"]
    assert asker in {row["id"] for row in got.records("accounts")}
    assert mine[0]["id"] in {row["id"] for row in got.records("notifications")}
    places = {row["status_id"]: row["thread_id"] for row in got.records("conversations")}
    assert places[answer["id"]] == places[mine[0]["status"]["id"]]
    assert question["id"]

    again = run(TapMastodon, config_of(alice), got.state)
    assert [m for m in again.messages if m["type"] == "RECORD"] == []


def test_the_check_speaks_for_a_real_server(people: dict[str, httpx.Client]) -> None:
    report = TapMastodon(config=config_of(people["alice"])).check()
    assert report.ok, json.dumps(report.to_dict())
    refused = TapMastodon(config={"base_url": URL, "access_token": "wrong"}).check()
    assert (refused.reachable, refused.authorised) == (True, False)
