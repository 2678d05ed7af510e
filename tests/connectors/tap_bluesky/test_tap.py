"""What the tap promises about posts, threads and people, on the stand-in."""

import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from connectors.tap_base.errors import AuthorisationError
from connectors.tap_base.paging import Answer, Request
from connectors.tap_base.testing import StillClock, run
from connectors.tap_bluesky.client import BlueskyClient
from connectors.tap_bluesky.sandbox import BlueskySandbox
from connectors.tap_bluesky.tap import TapBluesky

from .conftest import BO, SHOP, ZOE, mention

FEED = "/xrpc/app.bsky.feed.getAuthorFeed"
BEGUN = "/xrpc/com.atproto.server.createSession"
REFRESHED = "/xrpc/com.atproto.server.refreshSession"


def rows(got: Any, stream: str) -> dict[str, dict[str, Any]]:
    assert got.error is None, got.error
    found = got.records(stream)
    assert len({row["uri"] for row in found}) == len(found)
    return {row["uri"]: row for row in found}


def test_posts_threads_mentions_and_people_come_whole(
    sandbox: BlueskySandbox, config: dict[str, Any], clock: StillClock
) -> None:
    got = run(TapBluesky, config, clock=clock)
    said = {uri: post for uri, post in sandbox.posts.items() if post["by"] == SHOP}
    feed = rows(got, "author_feed")
    assert feed.keys() == said.keys()
    assert all(row["ours"] for row in feed.values())
    root = next(iter(sandbox.posts))
    thread = rows(got, "threads")
    assert [row["text"] for row in thread.values() if row["author_did"] == ZOE] == ["is it open?"]
    assert {row["root_uri"] or row["uri"] for row in thread.values()} == {root}
    assert len(thread) == 3
    (asked,) = (row for row in thread.values() if row["author_did"] == ZOE)
    assert (asked["to_us"], asked["ours"], asked["parent_uri"]) == (True, False, root)
    told = {row["reason"]: row for row in got.records("notifications")}
    assert told["reply"]["subject"] == root
    assert told["mention"]["text"] == "@shop great coffee"
    (found,) = got.records("search_posts")
    assert (found["query"], found["to_us"], found["mentioned_dids"]) == ("coffee", True, [SHOP])
    people = {row["did"]: row for row in got.records("profiles")}
    assert people.keys() == {SHOP, ZOE, BO}
    assert (people[ZOE]["verified"], people[BO]["verified"]) == (True, False)
    assert people[SHOP]["ours"]


def test_a_second_run_asks_little_and_has_nothing_to_say(
    sandbox: BlueskySandbox, config: dict[str, Any], clock: StillClock
) -> None:
    config["look_back_days"] = 0.01
    first = run(TapBluesky, config, clock=clock)
    sandbox.seen.clear()
    second = run(TapBluesky, config, first.state, clock=clock)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []
    assert sandbox.seen[FEED] == 1, "newest first: reading stops at the bookmark"
    assert BEGUN not in sandbox.seen
    assert second.state == first.state


def test_replies_reposts_and_what_was_taken_back_are_seen_by_the_next_run(
    sandbox: BlueskySandbox, config: dict[str, Any], clock: StillClock
) -> None:
    doomed = sandbox.post("oops")
    praised = next(uri for uri, post in sandbox.posts.items() if post["by"] == BO)
    rude = sandbox.post("rude", by=BO, reply_to=next(iter(sandbox.posts)))
    first = run(TapBluesky, config, clock=clock)
    assert rude in rows(first, "threads")
    clock.sleep(3600)
    sandbox.delete(doomed)
    sandbox.delete(rude)
    shared = sandbox.repost(praised)
    answered = sandbox.post("offer again")
    reply = sandbox.post("how much?", by=ZOE, reply_to=answered)
    second = run(TapBluesky, config, first.state, clock=clock)
    feed = rows(second, "author_feed")
    assert feed[doomed]["_sdc_deleted_at"]
    assert feed[shared]["repost_of"] == praised
    assert feed[shared].get("text") is None
    assert feed[praised]["ours"] is False
    assert {uri for uri, row in feed.items() if row.get("ours")} == {
        shared, answered, next(iter(sandbox.posts)),
    }  # fmt: skip
    thread = rows(second, "threads")
    assert thread[rude]["_sdc_deleted_at"]
    assert thread.keys() == {rude, answered, reply, next(iter(sandbox.posts))}
    assert [row["uri"] for row in second.records("notifications")] == [reply]


def test_a_repost_that_is_undone_is_no_end_of_the_run(
    sandbox: BlueskySandbox, config: dict[str, Any], clock: StillClock
) -> None:
    shared = sandbox.repost(next(uri for uri, post in sandbox.posts.items() if post["by"] == BO))
    first = run(TapBluesky, config, clock=clock)
    del sandbox.reposts[shared]
    second = run(TapBluesky, config, first.state, clock=clock)
    assert rows(second, "author_feed")[shared]["_sdc_deleted_at"]


def test_a_session_is_kept_refreshed_and_begun_anew(
    sandbox: BlueskySandbox, config: dict[str, Any], clock: StillClock
) -> None:
    for _ in range(3):
        assert run(TapBluesky, config, clock=clock, select={"notifications"}).error is None
    assert (sandbox.seen[BEGUN], sandbox.seen[REFRESHED]) == (1, 0)
    cache = Path(config["session_cache"])
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    sandbox.end_sessions()
    assert run(TapBluesky, config, clock=clock, select={"notifications"}).error is None
    assert (sandbox.seen[BEGUN], sandbox.seen[REFRESHED]) == (1, 1)
    sandbox.end_sessions()
    sandbox._refresh.clear()
    assert run(TapBluesky, config, clock=clock, select={"notifications"}).error is None
    assert (sandbox.seen[BEGUN], sandbox.seen[REFRESHED]) == (2, 2)


def test_the_thirty_sessions_in_five_minutes_are_waited_for(
    sandbox: BlueskySandbox, config: dict[str, Any], clock: StillClock
) -> None:
    sandbox.began = [clock.epoch()] * 30
    before = clock.epoch()
    assert run(TapBluesky, config, clock=clock, select={"notifications"}).error is None
    assert 300 <= clock.epoch() - before <= 303


def test_a_wrong_app_password_is_told_with_the_fix(
    sandbox: BlueskySandbox, config: dict[str, Any], clock: StillClock
) -> None:
    wrong = config | {"app_password": "hush-hush"}
    got = run(TapBluesky, wrong, clock=clock, select={"notifications"})
    assert isinstance(got.error, AuthorisationError)
    assert "App passwords" in str(got.error)
    assert "hush" not in str(got.error)
    assert sandbox.seen[BEGUN] == 1
    report = TapBluesky(config=wrong).check()
    assert (report.reachable, report.authorised) == (True, False)
    assert TapBluesky(config=config).check().ok


def test_an_account_that_does_not_exist_is_named_by_its_setting(config: dict[str, Any]) -> None:
    got = run(TapBluesky, config | {"actors": ["did:plc:nobody"]}, select={"author_feed"})
    assert "check actors" in str(got.error)
    assert "nobody" not in str(got.error)


def test_other_accounts_of_ours_are_read_by_their_handle(
    sandbox: BlueskySandbox, config: dict[str, Any], clock: StillClock
) -> None:
    got = run(TapBluesky, config | {"actors": ["@bo.test"]}, clock=clock)
    assert [row["author_did"] for row in got.records("author_feed")] == [BO]
    sandbox.post("hello", by=ZOE, facets=mention(BO))


# The wire: the stand-in is held to the lexicons


def as_schema(lexicons: Path) -> dict[str, Any]:
    """Every definition of the lexicons as JSON schema, strict about fields they do not name."""
    made: dict[str, Any] = {}
    for file in lexicons.rglob("*.json"):
        whole = json.loads(file.read_text("utf-8"))
        for name, definition in whole["defs"].items():
            made[f"{whole['id']}~{name}"] = _converted(definition, whole["id"])
    return made


def _converted(it: Mapping[str, Any], document: str) -> dict[str, Any]:
    def ref(target: str) -> dict[str, Any]:
        lexicon, _, name = (document + target if target[0] == "#" else target).partition("#")
        return {"$ref": f"#/$defs/{lexicon}~{name or 'main'}"}

    kind = it.get("type")
    if kind == "ref":
        return ref(it["ref"])
    if kind == "union":
        return {"anyOf": [ref(target) for target in it["refs"]]}
    if kind == "array":
        return {"type": "array", "items": _converted(it["items"], document)}
    if kind == "record":
        return _converted(it["record"], document)
    if kind in {"query", "procedure"}:
        return _converted(it.get("output", {}).get("schema", {}), document)
    if kind == "object":
        properties = {n: _converted(p, document) for n, p in it.get("properties", {}).items()}
        return {
            "type": "object", "properties": {"$type": {"type": "string"}, **properties},
            "required": list(it.get("required", ())), "additionalProperties": False,
        }  # fmt: skip
    return {"type": kind} if kind in {"string", "integer", "boolean"} else {}


def test_every_answer_of_the_stand_in_is_as_the_lexicons_describe_it(
    shared: Path, sandbox: BlueskySandbox, config: dict[str, Any], clock: StillClock
) -> None:
    definitions = as_schema(shared / "specs" / "atproto-lexicons" / "lexicons")
    sandbox.repost(next(iter(sandbox.posts)), by=SHOP)
    answers: list[Answer] = []

    class Watching(BlueskyClient):
        def send(self, request: Request) -> Answer:
            answers.append(super().send(request))
            return answers[-1]

        def post_json(self, url: str, *rest: Any) -> Mapping[str, Any]:
            body = super().post_json(url, *rest)
            answers.append(Answer(Request(url), url, 200, {}, body))
            return body

    class Watched(TapBluesky):
        client_class = Watching

    run(Watched, config | {"actors": ["shop.test"]}, clock=clock)
    TapBluesky(config=config).identify()
    seen = set()
    for answer in answers:
        name = answer.url.split("?")[0].rsplit("/", 1)[1]
        schema = {"$ref": f"#/$defs/{name}~main", "$defs": definitions}
        Draft202012Validator(schema).validate(answer.body)
        seen.add(name)
    record = {"$ref": "#/$defs/app.bsky.feed.post~main", "$defs": definitions}
    for post in sandbox.posts.values():  # views leave records open
        Draft202012Validator(record).validate(post["record"])
    assert seen >= {f"app.bsky.feed.{n}" for n in ("getAuthorFeed", "searchPosts", "getPostThread")}
    assert seen >= {"com.atproto.server.createSession", "app.bsky.actor.getProfiles"}
    assert "app.bsky.notification.listNotifications" in seen
