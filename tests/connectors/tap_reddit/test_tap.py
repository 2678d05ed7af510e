"""What the tap promises about subreddits and mentions."""

from typing import Any

from connectors.tap_base.errors import AuthorisationError, MissingError
from connectors.tap_base.testing import StillClock, run
from connectors.tap_reddit.sandbox import RedditSandbox
from connectors.tap_reddit.tap import TapReddit

from .conftest import comment, post


def test_posts_comments_and_mentions_come_whole(
    config: dict[str, Any], sandbox: RedditSandbox, clock: StillClock
) -> None:
    got = run(TapReddit, config, clock=clock)
    assert got.error is None
    assert {row["name"] for row in got.records("posts")} == set(sandbox.posts)
    assert {row["name"] for row in got.records("comments")} == set(sandbox.comments)
    (mention,) = got.records("mentions")
    assert mention["context"]
    assert mention["created_utc"] == "2026-11-20T11:55:00.000000Z"
    assert "saved" not in mention, "what is about whoever looks stays out"


def test_we_say_who_we_are(
    config: dict[str, Any], sandbox: RedditSandbox, clock: StillClock
) -> None:
    run(TapReddit, config, clock=clock)
    assert sandbox.agents == {"server:app:tessera-0.1 (by /u/shop)"}


def test_a_second_run_has_nothing_to_say(config: dict[str, Any], clock: StillClock) -> None:
    first = run(TapReddit, config, clock=clock)
    second = run(TapReddit, config, first.state, clock=clock)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []


def test_new_edited_and_deleted_things_are_seen(
    config: dict[str, Any], sandbox: RedditSandbox, clock: StillClock
) -> None:
    first = run(TapReddit, config, clock=clock)
    sandbox.posts["t3_new"] = post("new", 0)
    sandbox.comments["t1_c3"] |= {"body": "Better", "edited": clock.epoch()}
    sandbox.comments["t1_c4"] |= {"body": "[removed]"}
    del sandbox.comments["t1_c5"]
    second = run(TapReddit, config, first.state, clock=clock)
    assert [row["name"] for row in second.records("posts")] == ["t3_new"]
    told = {row["name"]: row for row in second.records("comments")}
    assert set(told) == {"t1_c3", "t1_c4", "t1_c5"}
    assert told["t1_c3"]["edited"] == "2026-11-20T12:00:00.000000Z"
    assert not told["t1_c3"].get("_sdc_deleted_at")
    assert told["t1_c4"]["_sdc_deleted_at"]
    assert told["t1_c5"]["_sdc_deleted_at"]


def test_a_listing_that_ends_before_its_things_do_is_told(
    config: dict[str, Any], sandbox: RedditSandbox, clock: StillClock
) -> None:
    sandbox.comments = {f"t1_{n}": comment(str(n), n) for n in range(1200)}
    tap = TapReddit(config=config)
    tap.client = TapReddit.client_class(tap.config, tap.logger, clock)
    rows = list(tap.streams["comments"].get_records(None))
    assert len(rows) == 1000
    assert any("newest 1000 only" in said for said in tap.client.notices.said)


def test_a_token_that_ran_out_is_renewed(
    config: dict[str, Any], sandbox: RedditSandbox, clock: StillClock
) -> None:
    tap = TapReddit(config=config)
    tap.client = TapReddit.client_class(tap.config, tap.logger, clock)
    tap.identify()
    sandbox.expires.clear()
    tap.identify()
    assert sandbox.given == 2


def test_the_app_alone_reads_all_but_mentions(config: dict[str, Any], clock: StillClock) -> None:
    del config["refresh_token"]
    got = run(TapReddit, config, clock=clock)
    assert got.error is None
    assert len(got.records("posts")) == 220
    assert got.records("mentions") == []


def test_refused_credentials_say_the_fix_without_the_secret(
    config: dict[str, Any], clock: StillClock
) -> None:
    for wrong in ({"client_secret": "wrong-secret"}, {"refresh_token": "wrong-refresh"}):
        got = run(TapReddit, config | wrong, clock=clock, select={"posts"})
        assert isinstance(got.error, AuthorisationError)
        assert "prefs/apps" in str(got.error)
        assert "wrong-" not in str(got.error)


def test_a_private_subreddit_is_no_missing_right(
    config: dict[str, Any], sandbox: RedditSandbox, clock: StillClock
) -> None:
    sandbox.private = {"tea"}
    got = run(TapReddit, config, clock=clock, select={"posts"})
    assert isinstance(got.error, MissingError)
    assert "correct subreddits" in str(got.error)


def test_the_limit_is_obeyed_in_reddits_dialect(
    config: dict[str, Any], sandbox: RedditSandbox, clock: StillClock
) -> None:
    sandbox.limit = 3
    got = run(TapReddit, config, clock=clock, select={"comments"})
    assert got.error is None
    assert len(got.records("comments")) == 330
    assert sum(clock.naps) >= 600 * 0.9, "the window's end was waited for"
