"""What the tap promises about an instance, on the stand-in."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from connectors.tap_base.errors import AuthorisationError
from connectors.tap_base.testing import StillClock, run
from connectors.tap_mastodon.sandbox import MastodonSandbox, Wire
from connectors.tap_mastodon.tap import TapMastodon


def test_everyone_who_follows_or_mentions_us_becomes_an_account(
    sandbox: MastodonSandbox, config: dict[str, Any]
) -> None:
    got = run(TapMastodon, config)
    found = {row["id"] for row in got.records("accounts")}
    mentioners = {n["account"]["id"] for n in sandbox.notifications}
    assert found >= mentioners | set(sandbox.following[sandbox.me])
    assert len(found) == len(got.records("accounts"))


def test_our_statuses_the_mentions_and_the_threads_around_them_come_whole(
    sandbox: MastodonSandbox, config: dict[str, Any]
) -> None:
    got = run(TapMastodon, config)
    found = {row["id"] for row in got.records("statuses")}
    ours = {key for key, s in sandbox.statuses.items() if s["account"]["id"] == sandbox.me}
    mentions = {n["status"]["id"] for n in sandbox.notifications if n["type"] == "mention"}
    replies = {k for k, s in sandbox.statuses.items() if s["in_reply_to_id"] in ours | mentions}
    assert found >= ours | mentions | replies
    assert len(found) == len(got.records("statuses"))

    def root(key: str) -> str:
        parent = sandbox.statuses[key]["in_reply_to_id"]
        return root(parent) if parent in sandbox.statuses else key

    threads = {row["status_id"]: row["thread_id"] for row in got.records("conversations")}
    assert threads == {key: root(key) for key in threads}
    assert threads.keys() >= replies


def test_a_thread_is_asked_for_once_however_many_of_its_statuses_we_know(
    sandbox: MastodonSandbox, config: dict[str, Any]
) -> None:
    got = run(TapMastodon, config)
    threads = {row["thread_id"] for row in got.records("conversations")}
    asked = [path for path in sandbox.seen if path.endswith("/context")]
    assert len(asked) == sum(sandbox.seen[path] for path in asked) <= len(threads) * 1.2


def test_a_second_run_has_nothing_to_say(config: dict[str, Any]) -> None:
    first = run(TapMastodon, config)
    second = run(TapMastodon, config, first.state)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []
    assert second.state == first.state


def test_replies_edits_and_deletions_are_seen_by_the_next_run(
    sandbox: MastodonSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    fan = next(key for key in sandbox.accounts if key != sandbox.me)
    kept, doomed = (sandbox.post(text)["id"] for text in ("We open early", "Oops"))
    first = run(TapMastodon, config, clock=clock)
    clock.sleep(3600)
    sandbox.edit(kept, "We open at eight")
    sandbox.delete(doomed)
    reply = sandbox.post("Great!", by=fan, reply_to=kept)
    second = run(TapMastodon, config, first.state, clock=clock)
    rows = {row["id"]: row for row in second.records("statuses")}
    assert rows.keys() == {kept, doomed, reply["id"]}
    assert rows[kept]["content"] == "<p>We open at eight</p>"
    assert rows[kept]["edited_at"] == "2026-11-20T13:00:00.000000Z"
    assert rows[doomed]["_sdc_deleted_at"] is not None
    assert rows[reply["id"]]["in_reply_to_id"] == kept
    (place,) = (r for r in second.records("conversations") if r["status_id"] == reply["id"])
    assert place["thread_id"] == kept
    assert len(second.records("notifications")) == 1


def test_a_thread_that_could_not_be_read_is_read_by_the_next_run(
    sandbox: MastodonSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    whole = run(TapMastodon, config)
    quiet = sandbox.refusal

    class Down(MastodonSandbox):
        async def _context(self, request: Any) -> Any:
            return quiet(500)

    items = [*sandbox.accounts.values(), *sandbox.statuses.values(), *sandbox.notifications]
    with Down([*items, {"me": sandbox.me, "following": sandbox.following}]) as broken:
        first = run(TapMastodon, {**config, "base_url": broken.base_url}, clock=clock)
    assert first.error is not None
    assert first.error.stream == "conversations"
    second = run(TapMastodon, config, first.state)

    def places(got: Any) -> set[str]:
        return {row["status_id"] for row in got.records("conversations")}

    assert places(first) | places(second) == places(whole)


def test_a_quota_of_forty_in_five_minutes_changes_no_row(
    sandbox: MastodonSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    whole, started = run(TapMastodon, config), clock.epoch()
    sandbox.limit, sandbox.window = 40, 300.0
    sandbox.seen.clear()
    slow = run(TapMastodon, {**config, "max_wait_seconds": 86400}, clock=clock)
    assert slow.error is None
    for stream in ("accounts", "statuses", "notifications", "conversations"):
        rows = [sorted(map(str, got.records(stream))) for got in (slow, whole)]
        assert rows[0] == rows[1]
    windows = -(-sum(sandbox.seen.values()) // 40)
    assert clock.epoch() - started >= 300 * (windows - 1)


def test_a_token_that_was_revoked_says_how_to_get_another(
    sandbox: MastodonSandbox, config: dict[str, Any]
) -> None:
    sandbox.tokens = frozenset()
    got = run(TapMastodon, config)
    assert got.error is not None
    report = TapMastodon(config=config).check()
    assert (report.reachable, report.authorised) == (True, False)
    assert "settings/applications" in str(report.error)
    assert "sandbox-token" not in str(report.error)
    one = run(TapMastodon, config, select={"statuses"})
    assert isinstance(one.error, AuthorisationError)


def test_the_check_names_the_scopes_that_are_missing(
    sandbox: MastodonSandbox, config: dict[str, Any]
) -> None:
    sandbox.scopes = ("read:accounts", "read:statuses")
    report = TapMastodon(config=config).check()
    assert report.scopes_missing == ["read:follows", "read:notifications"]
    assert report.quota_limit == 1_000_000
    assert report.newest is not None


def test_contexts_are_fetched_side_by_side(
    sandbox: MastodonSandbox, config: dict[str, Any]
) -> None:
    sandbox.latency = 0.02
    run(TapMastodon, {**config, "concurrency": 8})
    assert sandbox.peak == 8


def test_a_status_of_ours_alone_may_be_selected(config: dict[str, Any]) -> None:
    got = run(TapMastodon, config, select={"conversations"})
    assert {m["stream"] for m in got.messages if m["type"] == "RECORD"} == {"conversations"}
    later = run(TapMastodon, config, got.state)
    assert later.records("statuses")  # what was read for the threads only is emitted now


def test_the_stand_in_runs_on_its_own(items: list[Wire], tmp_path: Path) -> None:
    data = tmp_path / "population.jsonl"
    data.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    module = "connectors.tap_mastodon.sandbox"
    command = [sys.executable, "-m", module, "--data", str(data), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            report = TapMastodon(config={"base_url": url, "access_token": "sandbox-token"}).check()
            assert report.ok
        finally:
            process.terminate()
