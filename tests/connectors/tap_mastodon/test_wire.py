"""The wire: the stand-in is held to the vendor's file, the tap to what Mastodon really answers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from jsonschema import Draft202012Validator

from connectors.tap_base.feed import Feed
from connectors.tap_base.paging import Answer, Request
from connectors.tap_base.testing import run
from connectors.tap_mastodon.client import APP, ME, MastodonClient
from connectors.tap_mastodon.sandbox import MastodonSandbox
from connectors.tap_mastodon.tap import TapMastodon
from tests.connectors.conftest import PrismProxy

ENDPOINTS = {
    r"/api/v1/accounts/[^/]+/(followers|following)": "accounts",
    r"/api/v1/accounts/[^/]+/statuses": "statuses",
    r"/api/v1/notifications": "notifications",
    r"/api/v1/statuses/[^/]+/context": "conversations",
}


@pytest.fixture(scope="session")
def spec(spec_path: Path) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(spec_path.read_text("utf-8"))
    return whole


def described(spec: dict[str, Any], path: str) -> Any:
    """The vendor's schema for a path's good answer."""
    patterns = {re.sub(r"\{[^}]+\}", "[^/]+", template): template for template in spec["paths"]}
    found = [t for pattern, t in patterns.items() if re.fullmatch(pattern, path)]
    made = spec["paths"][path if path in found else found[0]]["get"]["responses"]["200"]
    return made["content"]["application/json"]["schema"]


def test_every_answer_of_the_stand_in_is_as_the_vendor_describes_it(
    spec: dict[str, Any], sandbox: MastodonSandbox, config: dict[str, Any]
) -> None:
    answers: list[Answer] = []

    class Watching(MastodonClient):
        def send(self, request: Request) -> Answer:
            answers.append(super().send(request))
            return answers[-1]

    class Watched(TapMastodon):
        client_class = Watching

    run(Watched, config)
    Watched(config=config).check()
    status = next(iter(sandbox.statuses))
    Watched(config=config).client.get(f"/api/v1/statuses/{status}")
    paths = {urlsplit(answer.url).path for answer in answers}
    assert {ME, APP, "/api/v1/notifications", f"/api/v1/statuses/{status}"} <= paths
    for answer in answers:
        path = urlsplit(answer.url).path
        schema = {**described(spec, path), "components": spec["components"]}
        errors = [e.message[:200] for e in Draft202012Validator(schema).iter_errors(answer.body)]
        assert not errors, path


@pytest.mark.live
def test_the_tap_and_the_stand_in_agree_through_prism(
    prism: PrismProxy, spec_path: Path, sandbox: MastodonSandbox, config: dict[str, Any]
) -> None:
    plain = run(TapMastodon, config)
    sandbox.public_url = prism(spec_path, sandbox.base_url)
    checked = run(TapMastodon, {**config, "base_url": sandbox.public_url})
    assert checked.error is None
    for stream in ("accounts", "statuses", "notifications", "conversations"):
        assert checked.records(stream) == plain.records(stream)


def recorded(shared: Path) -> Iterator[tuple[str, Any]]:
    """Stream and body of every good answer to one of our questions."""
    folder = shared / "recordings" / "mastodon_py"
    for cassette in sorted(folder.rglob("*.yaml")):
        whole = yaml.load(cassette.read_text("utf-8"), Loader=yaml.CSafeLoader)
        for exchange in whole["interactions"]:
            path = urlsplit(exchange["request"]["uri"]).path
            good = exchange["response"]["status"]["code"] == 200
            for pattern, stream in ENDPOINTS.items():
                if good and exchange["request"]["method"] == "GET" and re.fullmatch(pattern, path):
                    body = exchange["response"]["body"]["string"]
                    yield stream, (body if isinstance(body, str) else body.decode())


def test_what_mastodon_really_answered_becomes_records_of_our_schemas(shared: Path) -> None:
    tap = TapMastodon(config={"base_url": "http://127.0.0.1:1", "access_token": "x"})
    tap.client._memo[ME] = {"id": "1"}
    seen: dict[str, int] = {}

    def admit(name: str, row: Any, feed: Feed) -> None:
        stream = tap.streams[name]
        entry = stream.entry(row, feed)
        assert entry is not None
        record, along = entry
        seen[name] = seen.get(name, 0) + 1
        schema = stream.schema
        # messages of jsonschema hold values: only the places may be told
        places = [list(e.path) for e in Draft202012Validator(schema).iter_errors(record)]
        assert not places, name
        assert not record.keys() - schema["properties"].keys(), name
        assert all(record[key] for key in stream.primary_keys)
        for other, inner in along:
            admit(other, inner, feed)

    context = {"id": "1", "in_reply_to_id": None, "account_id": "1", "created_at": None}
    for name, body in recorded(shared):
        feed = Feed("/x", context=context)
        answer = Answer(Request("/x"), "http://127.0.0.1:1/x", 200, {}, json.loads(body))
        for row in tap.streams[name].rows(answer, feed):
            admit(name, row, feed)
    assert seen.keys() == {"accounts", "statuses", "notifications", "conversations"}
    assert min(seen.values()) >= 4
