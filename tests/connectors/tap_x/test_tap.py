"""What the tap promises about posts, and about what they cost."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from connectors.tap_base.errors import AuthorisationError, QuotaError, TapError
from connectors.tap_base.feed import Feed
from connectors.tap_base.paging import Answer, Request
from connectors.tap_base.testing import StillClock, run
from connectors.tap_x.client import XClient
from connectors.tap_x.sandbox import XSandbox
from connectors.tap_x.spending import WORST
from connectors.tap_x.tap import TapX
from tests.connectors.conftest import PrismProxy

from .conftest import post

STREAMS = ("posts", "mentions", "search", "referenced_posts", "users")


def test_posts_mentions_finds_and_their_authors_come_whole(
    config: dict[str, Any], sandbox: XSandbox, clock: StillClock
) -> None:
    got = run(TapX, config, clock=clock)
    assert got.error is None
    assert [len(got.records(name)) for name in STREAMS[:4]] == [240, 121, 30, 1]
    ours = {row["username"]: row["ours"] for row in got.records("users")}
    assert ours == {"shop": True, "zoe": False, "bo": False, "ann": False}
    (theirs,) = got.records("referenced_posts")
    assert theirs["text"] == "Anyone been there?"
    assert got.records("users")[0]["url"].endswith(".example"), "where the link leads"
    assert got.state["bookmarks"]["spending"] == {"month": "2026-11", "posts": sandbox.billed}


def test_a_second_run_says_nothing_and_costs_nothing(
    config: dict[str, Any], sandbox: XSandbox, clock: StillClock
) -> None:
    first = run(TapX, config, clock=clock)
    billed = sandbox.billed
    second = run(TapX, config, first.state, clock=clock)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []
    assert sandbox.billed == billed
    new = post("1", "Fresh", 1)
    sandbox.posts[new["id"]] = new
    third = run(TapX, config, second.state, clock=clock)
    assert [row["id"] for row in third.records("posts")] == [new["id"]]
    assert sandbox.billed == billed + 1


def test_deletions_in_the_days_one_pays_to_look_back_on_are_seen(
    config: dict[str, Any], sandbox: XSandbox, clock: StillClock
) -> None:
    config |= {"look_back_days": 1, "queries": []}
    first = run(TapX, config, clock=clock)
    gone = first.records("posts")[3]["id"]
    del sandbox.posts[gone]
    second = run(TapX, config, first.state, clock=clock)
    (row,) = second.records("posts")
    assert row["id"] == gone
    assert row["_sdc_deleted_at"]


@pytest.mark.parametrize("cap", ["run", "month"])
def test_a_cap_is_never_exceeded_and_nothing_is_lost(
    config: dict[str, Any], sandbox: XSandbox, clock: StillClock, cap: str
) -> None:
    rows: list[str] = []
    state: dict[str, Any] = {}
    config |= {"queries": []}
    capped = config | {f"max_posts_per_{cap}": 100}
    for _ in range(40):
        before = sandbox.billed
        got = run(TapX, capped, state, clock=clock, select={"posts"})
        state = got.state
        rows += [row["id"] for row in got.records("posts")]
        assert sandbox.billed - before <= 100
        if got.error is None:
            break
        assert isinstance(got.error, QuotaError)
        assert f"max_posts_per_{cap}" in str(got.error)
        if cap == "month":  # what this month is spent stays spent, until the next
            again = run(TapX, capped, state, clock=clock, select={"posts"})
            assert isinstance(again.error, QuotaError)
            assert sandbox.billed - before <= 100
            clock.sleep(31 * 86400)
    assert got.error is None
    assert len(rows) == len(set(rows)) == 240
    assert sandbox.billed <= 240 + 5 * WORST, "hardly a post is paid for twice"


def test_streams_under_way_together_stay_within_the_cap(
    config: dict[str, Any], sandbox: XSandbox, clock: StillClock
) -> None:
    sandbox.latency = 0.01
    got = run(TapX, config | {"max_posts_per_run": 200}, clock=clock)
    assert isinstance(got.error, TapError)
    assert sandbox.billed <= 200


def test_credits_that_x_calls_spent_are_no_missing_right(
    config: dict[str, Any], sandbox: XSandbox, clock: StillClock
) -> None:
    sandbox.credits_spent = True
    got = run(TapX, config, clock=clock, select={"posts"})
    assert isinstance(got.error, QuotaError)
    assert "developer console" in str(got.error)


def test_a_refused_token_says_the_fix_without_the_token(
    config: dict[str, Any], clock: StillClock
) -> None:
    got = run(TapX, config | {"bearer_token": "stolen-secret"}, clock=clock)
    assert "developer console" in str(got.error)
    assert "stolen-secret" not in str(got.error)


def test_an_account_that_does_not_exist_is_named_as_the_fault(
    config: dict[str, Any], clock: StillClock
) -> None:
    got = run(TapX, config | {"usernames": ["shop", "nobody"]}, clock=clock, select={"posts"})
    assert "correct usernames" in str(got.error)


def test_a_rotated_refresh_token_is_kept(
    config: dict[str, Any], sandbox: XSandbox, clock: StillClock, tmp_path: Path
) -> None:
    del config["bearer_token"]
    config |= {"client_id": "app", "client_secret": "s3cret", "refresh_token": "refresh-1"}
    kept = config | {"token_cache": str(tmp_path / "token.json")}
    assert run(TapX, kept, clock=clock, select={"users"}).error is None
    clock.sleep(8000)  # the access token is too old now, and refresh-1 is used up
    assert run(TapX, kept, clock=clock, select={"users"}).error is None
    assert sandbox.refreshed == 3
    lost = run(TapX, config, clock=clock, select={"users"})
    assert isinstance(lost.error, AuthorisationError)
    assert "token_cache" in str(lost.error)


def test_a_search_resumes_where_its_week_allows(
    config: dict[str, Any], sandbox: XSandbox, clock: StillClock
) -> None:
    first = run(TapX, config, clock=clock, select={"search"})
    clock.sleep(20 * 86400)
    new = post("3", "More tea", -19 * 1440)
    sandbox.posts[new["id"]] = new
    second = run(TapX, config, first.state, clock=clock, select={"search"})
    assert second.error is None
    assert [row["text"] for row in second.records("search")] == ["More tea"]


def test_a_check_costs_next_to_nothing(config: dict[str, Any], sandbox: XSandbox) -> None:
    sandbox.now = StillClock().epoch
    report = TapX(config=config).check()
    assert report.ok, report.error
    assert sandbox.billed <= 20 + WORST


def test_an_archive_is_read_once_and_asks_nobody(tmp_path: Path) -> None:
    tweets = [
        {"tweet": {"id_str": str(n), "full_text": f"Old {n}", "favorite_count": "3",
                   "created_at": "Wed Oct 10 20:19:24 +0000 2018", "lang": "en"}}
        for n in range(3)
    ]  # fmt: skip
    (tmp_path / "tweets.js").write_text(f"window.YTD.tweets.part0 = {json.dumps(tweets)}")
    (tmp_path / "tweets-part1.js").write_text("window.YTD.tweets.part1 = []")
    account = [{"account": {"accountId": "1", "username": "shop"}}]
    (tmp_path / "account.js").write_text(f"window.YTD.account.part0 = {json.dumps(account)}")
    for path in (tmp_path, tmp_path / "tweets.js"):
        config = {"base_url": "http://127.0.0.1:1", "archive_path": str(path)}
        first = run(TapX, config)
        assert first.error is None
        rows = first.records("archive_posts")
        assert [row["id"] for row in rows] == ["0", "1", "2"]
        assert rows[0]["created_at"] == "2018-10-10T20:19:24.000000Z"
        assert (rows[0]["author_id"], rows[0]["like_count"]) == ("1", 3)
        assert run(TapX, config, first.state).records("archive_posts") == []
    (tmp_path / "tweets.js").write_text("alert(1)")
    assert "archive_path" in str(run(TapX, config).error)


def test_every_answer_of_the_stand_in_is_as_the_vendor_describes_it(
    shared: Path, config: dict[str, Any], clock: StillClock
) -> None:
    spec = json.loads((shared / "specs" / "x-api-v2.openapi.json").read_text("utf-8"))
    answers: list[Answer] = []

    class Watching(XClient):
        def send(self, request: Request) -> Answer:
            answers.append(deepcopy(super().send(request)))
            return answers[-1] if "/by" in request.path else deepcopy(answers[-1])

    class Watched(TapX):
        client_class = Watching

    first = run(Watched, config, clock=clock)
    Watched(config=config).client.get(f"/2/tweets/{first.records('posts')[0]['id']}")
    seen = set()
    for answer in answers:
        parts = urlsplit(answer.url).path.split("/")
        parts[3] = "{id}" if parts[3].isdigit() else parts[3]
        path = "/".join(parts)
        operation = spec["paths"][path]["get"]
        asked = {p["$ref"].rpartition("/")[2] if "$ref" in p else p["name"]
                 for p in operation["parameters"]}  # fmt: skip
        known = {spec["components"]["parameters"].get(name, {}).get("name", name) for name in asked}
        assert answer.request.params.keys() <= known, path
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        whole = {**schema, "components": spec["components"]}
        errors = [e.message[:200] for e in Draft202012Validator(whole).iter_errors(answer.body)]
        assert not errors, path
        seen.add(path)
    assert seen == {
        "/2/users/by", "/2/users/{id}/tweets", "/2/users/{id}/mentions",
        "/2/tweets/search/recent", "/2/tweets/{id}",
    }  # fmt: skip


@pytest.mark.live
def test_the_tap_and_the_stand_in_agree_through_prism(
    prism: PrismProxy, shared: Path, config: dict[str, Any], sandbox: XSandbox, clock: StillClock
) -> None:
    plain = run(TapX, config, clock=clock)
    url = prism(shared / "specs" / "x-api-v2.openapi.json", sandbox.base_url)
    checked = run(TapX, {**config, "base_url": url}, clock=clock)
    assert checked.error is None
    for stream in STREAMS:
        assert checked.records(stream) == plain.records(stream)


def test_recorded_answers_are_understood(shared: Path) -> None:
    folder = shared / "recordings" / "x_pytwitter" / "testdata" / "apis"
    tap = TapX(config={"base_url": "http://127.0.0.1:1", "usernames": []})
    names = {
        "posts": "timeline/timeline_tweets.json",
        "mentions": "timeline/timeline_mentions.json",
        "search": "searches/search_tweets_query.json",
    }
    seen: set[str] = set()

    def admit(name: str, row: Any) -> None:
        stream = tap.streams[name]
        entry = stream.entry(row, feed)
        assert entry is not None
        # messages of jsonschema hold values: only the places may be told
        found = Draft202012Validator(stream.schema).iter_errors(entry[0])
        assert not [list(error.path) for error in found], name
        assert entry[0]["id"]
        seen.add(name)
        for other, inner in entry[1]:
            admit(other, inner)

    feed = Feed("/x")
    for name, file in names.items():
        body = json.loads((folder / file).read_text("utf-8"))
        answer = Answer(Request("/x"), "http://127.0.0.1:1/x", 200, {}, body)
        rows = tap.streams[name].rows(answer, feed)
        assert rows
        for row in rows:
            admit(name, row)
    users = json.loads((folder / "user/users_resp.json").read_text("utf-8"))["data"]
    for row in users:
        admit("users", row)
    assert {"posts", "mentions", "search", "users"} <= seen
