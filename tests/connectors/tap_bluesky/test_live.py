"""Held to a real PDS, and to a real AppView where this machine can run one."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.tap_base.testing import Run, run
from connectors.tap_bluesky.tap import TapBluesky
from tests import live

pytestmark = pytest.mark.live
URL = "http://localhost:2583"
APPVIEW = 2584
POST = "app.bsky.feed.post"
STREAMS = ("author_feed", "search_posts", "threads")


class Person:
    """An account made for one test."""

    def __init__(self, name: str) -> None:
        self.handle = f"{name}-{uuid.uuid4().hex[:8]}.test"
        self.http = httpx.Client(base_url=f"{URL}/xrpc", trust_env=False, timeout=60)
        given = {"email": f"{self.handle}@example.test", "password": uuid.uuid4().hex}
        made = self.do("com.atproto.server.createAccount", handle=self.handle, **given)
        self.did = made["did"]
        self.http.headers["Authorization"] = f"Bearer {made['accessJwt']}"

    def do(self, name: str, /, **body: Any) -> Any:
        answer = self.http.post(f"/{name}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def create(self, collection: str, **record: Any) -> dict[str, str]:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        whole = {"$type": collection, "createdAt": at, **record}
        made = self.do(
            "com.atproto.repo.createRecord", repo=self.did, collection=collection, record=whole
        )
        return {name: made[name] for name in ("uri", "cid")}

    def delete(self, uri: str) -> None:
        _, _, repo, collection, key = uri.split("/")
        self.do("com.atproto.repo.deleteRecord", repo=repo, collection=collection, rkey=key)


@pytest.fixture(scope="module")
def shop(shared: Path) -> Person:
    live.start(shared, "bluesky")
    return Person("shop")


@pytest.fixture(scope="module")
def config(shop: Person, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    made = shop.do("com.atproto.server.createAppPassword", name="tap")
    return {
        "base_url": URL,
        "identifier": shop.handle,
        "app_password": made["password"],
        "session_cache": str(tmp_path_factory.mktemp("session") / "session.json"),
    }


@pytest.fixture
def appview(shop: Person) -> None:
    """What only the service behind the PDS can answer; the stand-in is held to its lexicons."""
    if not live.listens(APPVIEW):
        pytest.skip("bluesky: the PDS stands alone, its AppView needs PostgreSQL and Redis")


def until(ready: Callable[[], bool], shop: Person, *written: dict[str, str]) -> None:
    """Wait until the tap tells what was written; skips where the AppView lost it itself."""
    for _ in range(240):
        if ready():
            return
        time.sleep(0.25)
    known = shop.http.get("/app.bsky.notification.listNotifications").json()["notifications"]
    if not {one["uri"] for one in written} <= {one["uri"] for one in known}:
        pytest.skip("bluesky: the AppView lost what was written, it indexes nothing twice")
    pytest.fail("the tap does not tell what the AppView has")


def test_a_session_is_begun_kept_and_refreshed(config: dict[str, Any], tmp_path: Path) -> None:
    own = config | {"session_cache": str(tmp_path / "session.json")}
    cache = Path(own["session_cache"])
    assert TapBluesky(config=own).client.whoami().startswith("did:plc:")
    first = json.loads(cache.read_text())
    TapBluesky(config=own).client.whoami()
    assert json.loads(cache.read_text()) == first
    cache.write_text(json.dumps({**first, "access_token": "no-token"}))
    TapBluesky(config=own).client.whoami()
    refreshed = json.loads(cache.read_text())
    assert refreshed["refresh_token"] != first["refresh_token"]
    ended = {"access_token": "no-token", "refresh_token": "none-either"}
    cache.write_text(json.dumps({**first, **ended}))
    TapBluesky(config=own).client.whoami()
    assert json.loads(cache.read_text())["refresh_token"] not in {
        "none-either", refreshed["refresh_token"],
    }  # fmt: skip


def test_a_wrong_app_password_is_told_with_the_fix(config: dict[str, Any]) -> None:
    report = TapBluesky(config=config | {"app_password": "hush-hush"}).check()
    assert (report.reachable, report.authorised) == (True, False)
    assert "App passwords" in str(report.error)
    assert "hush" not in str(report.error)


def test_a_conversation_is_read_whole_and_then_only_news(
    appview: None, shop: Person, config: dict[str, Any]
) -> None:
    zoe = Person("zoe")
    mark = f"mark{uuid.uuid4().hex}"
    offer = shop.create(POST, text=f"{mark} we are open")
    reply = zoe.create(POST, text="until when?", reply={"root": offer, "parent": offer})
    answer = shop.create(POST, text="until ten", reply={"root": offer, "parent": reply})
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": shop.did}
    facets = [{"index": {"byteStart": 0, "byteEnd": 4}, "features": [feature]}]
    praise = zoe.create(POST, text=f"shop {mark} great coffee", facets=facets)
    shared = shop.create("app.bsky.feed.repost", subject=praise)
    asked = config | {"searches": [f"{mark}"]}
    told: list[dict[str, Any]] = []

    def indexed() -> bool:
        told[:] = run(TapBluesky, asked, select={"notifications"}).records("notifications")
        return {row["reason"] for row in told} >= {"reply", "mention"}

    until(indexed, shop, reply, praise)
    first = run(TapBluesky, asked)
    assert first.error is None, first.error
    uris = {name: {row["uri"] for row in first.records(name)} for name in STREAMS}
    assert uris["author_feed"] == {offer["uri"], answer["uri"], shared["uri"], praise["uri"]}
    assert uris["threads"] == {offer["uri"], reply["uri"], answer["uri"]}
    assert uris["search_posts"] == {offer["uri"], praise["uri"]}
    assert {row["did"] for row in first.records("profiles")} == {shop.did, zoe.did}

    second = run(TapBluesky, asked, first.state)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []

    zoe.delete(reply["uri"])
    shop.delete(answer["uri"])
    more = zoe.create(POST, text="and tomorrow?", reply={"root": offer, "parent": offer})

    def shown() -> bool:
        third.append(run(TapBluesky, asked, first.state))  # the notification leads to the thread
        return more["uri"] in {row["uri"] for row in third[-1].records("threads")}

    third: list[Run] = []
    until(shown, shop, more)
    assert third[-1].error is None, third[-1].error
    deleted = {
        name: {row["uri"] for row in third[-1].records(name) if row.get("_sdc_deleted_at")}
        for name in STREAMS
    }
    assert deleted["author_feed"] == {answer["uri"]}
    assert reply["uri"] in deleted["threads"]


def test_pages_are_read_to_their_end(appview: None, tmp_path: Path) -> None:
    busy = Person("busy")
    made = busy.do("com.atproto.server.createAppPassword", name="tap")
    uris = {busy.create(POST, text=f"number {number}")["uri"] for number in range(130)}
    config = {
        "base_url": URL, "identifier": busy.did, "app_password": made["password"],
        "session_cache": str(tmp_path / "session.json"),
    }  # fmt: skip

    def read() -> Run:
        return run(TapBluesky, config, select={"author_feed"})

    until(lambda: len(read().records("author_feed")) == 130, busy)
    assert {row["uri"] for row in read().records("author_feed")} == uris


def test_the_check_speaks_for_a_real_server(appview: None, config: dict[str, Any]) -> None:
    report = TapBluesky(config=config).check()
    assert report.ok, json.dumps(report.to_dict())
    assert report.newest is not None
