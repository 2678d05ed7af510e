"""What the tap promises about a Page and its Instagram account."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connectors.tap_base.errors import AuthorisationError, MissingError, QuotaError, TapError
from connectors.tap_base.feed import Feed
from connectors.tap_base.paging import Answer, Request
from connectors.tap_base.testing import StillClock, run
from connectors.tap_facebook.client import PAUSE
from connectors.tap_facebook.sandbox import FacebookSandbox
from connectors.tap_facebook.tap import TapFacebook

from .conftest import PAGE, comment


def test_everything_comes_whole(config: dict[str, Any], clock: StillClock) -> None:
    got = run(TapFacebook, config, clock=clock)
    assert got.error is None
    counts = {
        "pages": 1, "posts": 120, "comments": 150, "conversations": 1, "messages": 130,
        "ratings": 2, "instagram_media": 1, "instagram_comments": 61,
    }  # fmt: skip
    assert {name: len(got.records(name)) for name in counts} == counts
    (reply,) = (row for row in got.records("comments") if row["id"] == "c0.1")
    assert (reply["post_id"], reply["parent_id"], reply["author_id"]) == (f"{PAGE}_1", "c0", "7")
    answers = [row for row in got.records("instagram_comments") if row["parent_id"] == "ic1"]
    assert len(answers) == 60, "more answers than came along are asked for"
    assert "sandbox-token" not in json.dumps(got.state), "a next page's link carries the token"


def test_a_second_run_has_nothing_to_say(config: dict[str, Any], clock: StillClock) -> None:
    first = run(TapFacebook, config, clock=clock)
    second = run(TapFacebook, config, first.state, clock=clock)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []


def test_new_edited_and_deleted_things_are_seen(
    config: dict[str, Any], sandbox: FacebookSandbox, clock: StillClock
) -> None:
    first = run(TapFacebook, config, clock=clock)
    listed = sandbox.edges[f"{PAGE}_1/comments"]
    listed[3]["message"] = "Edited"  # nothing on the post tells
    listed.append(comment("new", 0))
    sandbox.edges["t_1/messages"].insert(0, {"id": "m0", "created_time": clock.now().isoformat()})
    sandbox.edges[f"{PAGE}/conversations"][0]["updated_time"] = clock.now().isoformat()
    gone = sandbox.edges[f"{PAGE}/feed"].pop(4)["id"]
    second = run(TapFacebook, config, first.state, clock=clock)
    assert {row["id"] for row in second.records("comments")} == {"c3", "new"}
    assert [row["id"] for row in second.records("messages")] == ["m0"]
    (post,) = second.records("posts")
    assert (post["id"], bool(post["_sdc_deleted_at"])) == (gone, True)


@pytest.mark.parametrize(
    ("code", "part", "kind", "words"),
    [
        (190, 463, AuthorisationError, "long-lived Page token"),
        (10, 0, AuthorisationError, "grant the app the permission"),
        (100, 33, MissingError, "check page_id"),
    ],
)
def test_an_error_is_known_by_its_code(
    config: dict[str, Any],
    sandbox: FacebookSandbox,
    clock: StillClock,
    code: int,
    part: int,
    kind: type[TapError],
    words: str,
) -> None:
    sandbox.codes = [(code, part)]
    got = run(TapFacebook, config, clock=clock, select={"pages"})
    assert isinstance(got.error, kind)
    assert words in str(got.error)
    assert "sandbox-token" not in str(got.error)


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001])
def test_a_rate_limit_is_waited_for_within_the_budget(
    config: dict[str, Any], sandbox: FacebookSandbox, clock: StillClock, code: int
) -> None:
    sandbox.codes = [(code, 0)]
    got = run(TapFacebook, config, clock=clock, select={"pages"})
    assert got.error is None
    assert sum(clock.naps) >= PAUSE
    sandbox.codes = [(code, 0)]
    short = run(TapFacebook, config | {"max_wait_seconds": 60}, clock=clock, select={"pages"})
    assert isinstance(short.error, QuotaError)


def test_the_end_of_the_version_is_warned_of(config: dict[str, Any], clock: StillClock) -> None:
    for extra in ({"api_version": "v20.0"}, {"api_sunset": "2026-12-01"}):
        tap = TapFacebook(config=config | extra)
        tap.client = TapFacebook.client_class(tap.config, tap.logger, clock)
        tap.identify()
        assert any("API version" in said for said in tap.client.notices.said)


def test_recorded_answers_are_understood(shared: Path) -> None:
    folder = shared / "recordings" / "facebook_pyfacebook" / "testdata"
    tap = TapFacebook(config={"page_id": "1", "page_token": "x", "instagram_id": "2"})
    files = {
        "posts": "facebook/apidata/posts/feeds_default_fields_p1.json",
        "conversations": "facebook/models/conversation.json",
        "pages": "facebook/models/page.json",
        "comments": "facebook/models/comment.json",
        "instagram_media": "instagram/apidata/users/medias_p1.json",
        "instagram_comments": "instagram/models/ig_comment.json",
    }
    for name, file in files.items():
        stream, body = tap.streams[name], json.loads((folder / file).read_text("utf-8"))
        if name != "pages" and "data" not in body:
            body = {"data": [body]}
        answer = Answer(Request("/x"), "http://127.0.0.1:1/x", 200, {}, body)
        rows = stream.rows(answer, Feed("/x"))
        assert rows, name
        for row in rows:
            entry = stream.entry(row, Feed("/x"))
            assert entry is not None
            # messages of jsonschema hold values: only the places may be told
            found = Draft202012Validator(stream.schema).iter_errors(entry[0])
            assert not [list(error.path) for error in found], name
            moment = stream.moment(entry[0])
            assert moment or not stream.replication_key, name


def test_recorded_pages_lead_on_and_end_without_the_token(shared: Path) -> None:
    folder = shared / "recordings" / "facebook_pyfacebook" / "testdata"
    tap = TapFacebook(config={"page_id": "1", "page_token": "x"})
    paging = tap.streams["posts"].paging
    asked = paging.first(Request("/1/feed"))
    for name in ("facebook/apidata/posts/feed_fields", "instagram/apidata/users/medias"):
        for page, leads_on in (("p1", True), ("p2", False)):
            body = json.loads((folder / f"{name}_{page}.json").read_text("utf-8"))
            answer = Answer(asked, "http://127.0.0.1:1/x", 200, {}, body)
            following = paging.next(answer, body["data"])
            assert (following is not None) is leads_on
            if following is not None:
                assert "access_token" not in following.params
                assert following.path == asked.path


def test_recorded_wrong_questions_are_no_fault_of_the_token(shared: Path) -> None:
    folder = shared / "recordings" / "facebook_pyfacebook" / "testdata"
    tap = TapFacebook(config={"page_id": "1", "page_token": "x"})
    for name in ("error.json", "base/error_data.json"):  # code 100 alone is a wrong question
        tap.client.explain(400, (folder / name).read_bytes())
