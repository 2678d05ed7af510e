"""What the tap promises about a forum."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connectors.tap_base.paging import Answer, Request
from connectors.tap_base.testing import StillClock, run
from connectors.tap_discourse.client import DiscourseClient
from connectors.tap_discourse.sandbox import DiscourseSandbox
from connectors.tap_discourse.tap import TapDiscourse
from tests.connectors.conftest import PrismProxy

from .conftest import post

PATHS = {
    "/posts.json": "/posts.json",
    "/latest.json": "/latest.json",
    "/admin/users/list/active.json": "/admin/users/list/{flag}.json",
}


def without_likes(sandbox: DiscourseSandbox) -> None:
    """The vendor's file knows no `count` in `actions_summary`; recorded answers have it."""
    for made in sandbox.posts.values():
        made["actions_summary"] = []


def test_everything_comes_across_gaps_in_the_ids(
    sandbox: DiscourseSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    got = run(TapDiscourse, config, clock=clock)
    assert got.error is None
    assert {int(row["id"]) for row in got.records("posts")} == set(sandbox.posts)
    assert {int(row["id"]) for row in got.records("topics")} == set(sandbox.topics)
    assert {int(row["id"]) for row in got.records("users")} == set(sandbox.users)
    liked = {(row["post_id"], row["user_id"]) for row in got.records("likes")}
    assert liked == {("7", "2"), ("7", "3"), ("150", "4")}


def test_a_second_run_has_nothing_to_say(config: dict[str, Any], clock: StillClock) -> None:
    first = run(TapDiscourse, config, clock=clock)
    second = run(TapDiscourse, config, first.state, clock=clock)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []


def test_new_edited_and_deleted_posts_are_seen(
    sandbox: DiscourseSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    first = run(TapDiscourse, config, clock=clock)
    sandbox.posts[161] = post(161)
    sandbox.posts[158] |= {"raw": "Edited", "version": 2}
    del sandbox.posts[157]
    sandbox.posts[156] |= {"user_deleted": True}
    second = run(TapDiscourse, config, first.state, clock=clock, select={"posts"})
    rows = {row["id"]: row for row in second.records("posts")}
    assert rows.keys() == {"161", "158", "157", "156"}
    assert rows["158"]["raw"] == "Edited"
    assert rows["157"]["_sdc_deleted_at"]
    assert rows["156"]["_sdc_deleted_at"]


def test_a_refused_key_says_where_to_make_one(config: dict[str, Any]) -> None:
    failed = run(TapDiscourse, config | {"api_key": "wrong"}, select={"users"})
    assert "/admin/api/keys" in str(failed.error)
    assert "wrong" not in str(failed.error)


def test_every_answer_of_the_stand_in_is_as_the_vendor_describes_it(
    shared: Path, sandbox: DiscourseSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    without_likes(sandbox)
    spec = json.loads((shared / "specs" / "discourse.openapi.json").read_text("utf-8"))
    answers: list[Answer] = []

    class Watching(DiscourseClient):
        def send(self, request: Request) -> Answer:
            answers.append(super().send(request))
            return answers[-1]

    class Watched(TapDiscourse):
        client_class = Watching

    run(Watched, config, clock=clock)
    seen = set()
    for answer in answers:
        path = "/" + answer.url.split("/", 3)[3].split("?")[0]
        if described := PATHS.get(path):
            good = spec["paths"][described]["get"]["responses"]["200"]
            schema = good["content"]["application/json"]["schema"]
            Draft202012Validator(schema).validate(answer.body)
            seen.add(path)
    assert seen == set(PATHS)


def test_recorded_answers_are_understood(shared: Path, clock: StillClock) -> None:
    recorded = shared / "recordings" / "discourse_api" / "spec" / "fixtures"
    load = lambda name: json.loads((recorded / name).read_text("utf-8"))  # noqa: E731
    posts = load("posts_latest.json")["latest_posts"]
    topics = {topic["id"]: topic for topic in load("latest.json")["topic_list"]["topics"]}
    users = load("user_list.json")
    with DiscourseSandbox(users, topics.values(), posts, {}) as served:
        got = run(
            TapDiscourse, {"base_url": served.base_url, "api_key": "sandbox-token"}, clock=clock
        )
    assert got.error is None
    assert len(got.records("posts")) == len({post["id"] for post in posts})
    assert len(got.records("users")) == len({user["id"] for user in users})
    assert all(row["created_at"].endswith("Z") for row in got.records("topics"))


@pytest.mark.live
def test_prism_finds_no_breach_of_the_vendors_file(
    shared: Path, prism: PrismProxy, sandbox: DiscourseSandbox, config: dict[str, Any]
) -> None:
    without_likes(sandbox)
    proxy = prism(shared / "specs" / "discourse.openapi.json", sandbox.base_url)
    got = run(TapDiscourse, config | {"base_url": proxy}, select={"posts", "users"})
    assert got.error is None
    assert {int(row["id"]) for row in got.records("posts")} == set(sandbox.posts)
