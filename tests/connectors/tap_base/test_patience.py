"""Quotas, passing faults and tokens: the same rows come, only later."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sandbox.server import Fault
from connectors.tap_base.errors import AnswerError, AuthorisationError, QuotaError, UnavailableError
from connectors.tap_base.http import Client
from connectors.tap_base.limits import read_quota, retry_after
from connectors.tap_base.testing import Run, StillClock, run
from tests.connectors.tap_base.plain import PlainSandbox, TapPlain, made

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def read(sandbox: PlainSandbox, clock: StillClock, **config: object) -> Run:
    base = {"base_url": sandbox.base_url, "token": "sandbox-token", "concurrency": 4}
    return run(TapPlain, {**base, **config}, clock=clock)


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "90"},
        {"Retry-After": "Mon, 01 Jun 2026 12:01:30 GMT"},
        {"X-RateLimit-Reset": "90", "X-RateLimit-Remaining": "0"},
        {"x-rate-limit-reset": str(int(NOW.timestamp()) + 90), "x-rate-limit-remaining": "0"},
        {"X-RateLimit-Reset": str(int(NOW.timestamp() * 1000) + 90_000)},
        {"X-RateLimit-Reset": "2026-06-01T12:01:30.000000Z"},
        {"X-RateLimit-Reset": "2026-06-01T14:01:30+02:00"},
        {"RateLimit-Reset": "90", "RateLimit-Remaining": "0", "RateLimit-Limit": "100"},
        {"RateLimit": '"default";r=0;t=90'},
        {"RateLimit": "limit=100, remaining=0, reset=90", "RateLimit-Reset": "90"},
        {"retry-after-ms": "90000"},
        {"X-App-Usage": '{"call_count": 100}', "Retry-After": "90"},
        # their clock is an hour ahead of ours: what counts is the distance
        {"Date": "Mon, 01 Jun 2026 13:00:00 GMT", "X-RateLimit-Reset": "2026-06-01T13:01:30Z"},
    ],
)
def test_every_dialect_of_the_reset_is_obeyed_to_the_second(headers: dict[str, str]) -> None:
    assert retry_after(headers, NOW) == 90
    clock = StillClock(NOW)
    with PlainSandbox(made(25), now=clock.epoch) as sandbox:
        sandbox.faults.append(Fault("status", 429, headers))
        got = read(sandbox, clock)
    assert got.error is None
    assert len(got.records("items")) == 25
    assert 90 <= (clock.now() - NOW).total_seconds() <= 92


@pytest.mark.parametrize(
    ("headers", "left", "limit"),
    [
        ({"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "12"}, 12, 300),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-limit": "15"}, 0, 15),
        ({"Sforce-Limit-Info": "api-usage=4990/5000"}, 10, 5000),
        ({"X-HubSpot-RateLimit-Remaining": "3", "X-HubSpot-RateLimit-Max": "190"}, 3, None),
        ({"X-Business-Use-Case-Usage": '{"1": [{"type": "pages", "call_count": 95}]}'}, 5, 100),
        ({"Ratelimit-Remaining": "599.0", "Ratelimit-Used": "1"}, 599, None),
        ({"RateLimit": '"burst";r=7;t=30'}, 7, None),
    ],
)
def test_what_is_left_is_read_in_every_dialect(
    headers: dict[str, str], left: float, limit: float | None
) -> None:
    quota = read_quota(headers, NOW)
    assert quota is not None
    assert (quota.remaining, quota.limit) == (left, limit)


def test_a_quota_is_spent_to_its_end_and_never_overdrawn(caplog: pytest.LogCaptureFixture) -> None:
    clock = StillClock(NOW)
    with PlainSandbox(made(300), now=clock.epoch) as sandbox, caplog.at_level(logging.INFO):
        sandbox.limit, sandbox.window = 7, 60.0
        got = read(sandbox, clock)
        assert got.error is None
        assert len(got.records("items")) == 300
        assert sandbox.seen["/cursor"] == 30  # no request was refused and asked again
    assert 240 <= (clock.now() - NOW).total_seconds() <= 250  # 30 requests at 7 a minute
    assert '"metric": "quota_remaining"' in caplog.text


def test_waiting_beyond_the_budget_stops_at_once_and_says_so() -> None:
    clock = StillClock(NOW)
    with PlainSandbox(made(5), now=clock.epoch) as sandbox:
        sandbox.faults.append(Fault("status", 429, {"Retry-After": "7200"}))
        got = read(sandbox, clock)
    assert isinstance(got.error, QuotaError)
    assert clock.now() == NOW
    assert "max_wait_seconds" in str(got.error)
    assert str(got.error).startswith("tap-plain: items: GET /cursor: ")


@pytest.mark.parametrize("kind", ["status", "reset", "short", "truncated", "html"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_passing_fault_changes_no_row(kind: str, at: int) -> None:
    clock = StillClock(NOW)
    with PlainSandbox(made(25), now=clock.epoch) as sandbox:
        whole = read(sandbox, clock).records("items")
        # `None` lets a request through
        sandbox.faults.extend([*[None] * at, Fault(kind, 503), Fault(kind, 500)])  # type: ignore[list-item]
        got = read(sandbox, clock)
    assert got.error is None
    assert got.records("items") == whole
    assert len(whole) == 25


def test_a_source_that_stays_down_is_an_error_in_one_sentence() -> None:
    clock = StillClock(NOW)
    with PlainSandbox(made(5), now=clock.epoch) as sandbox:
        sandbox.faults.extend([Fault("status", 502)] * 50)
        got = read(sandbox, clock)
    assert isinstance(got.error, UnavailableError)
    assert "502" in str(got.error)
    assert "\n" not in str(got.error)
    assert "items" not in got.state.get("bookmarks", {}) or not got.records("items")


def test_a_server_that_is_down_is_waited_for_once_and_told_once() -> None:
    clock = StillClock()
    client = Client({"base_url": "http://127.0.0.1:9"}, logging.getLogger("quiet"), clock)
    for _ in range(3):  # the streams after the first need not find out themselves
        with pytest.raises(UnavailableError, match="nobody answers there, 7 times in a row"):
            client.get("/cursor")
        assert len(clock.naps) == 6

    from connectors.tap_mastodon.tap import TapMastodon

    config = {"base_url": "http://127.0.0.1:9", "access_token": "secret"}
    got = run(TapMastodon, config, clock=StillClock())
    assert str(got.error) == (
        "tap-mastodon: accounts, notifications, statuses: GET /api/v1/accounts/verify_credentials:"
        " nobody answers there, 7 times in a row; check that http://127.0.0.1:9 is up and the"
        " right base_url, then run again"
    )


def test_an_error_object_with_status_200_is_an_error_and_the_bookmark_stays() -> None:
    clock = StillClock(NOW)
    with PlainSandbox(made(25), now=clock.epoch) as sandbox:
        sandbox.faults.extend([None, Fault("error")])  # type: ignore[list-item]
        broken = read(sandbox, clock)
        assert isinstance(broken.error, AnswerError)
        base = {"base_url": sandbox.base_url, "token": "sandbox-token"}
        again = run(TapPlain, base, broken.state, clock=clock)
    both = [row["id"] for got in (broken, again) for row in got.records("items")]
    assert sorted(both, key=int) == [str(n) for n in range(25)]


def test_a_refused_token_is_renewed_once_and_the_page_asked_again() -> None:
    clock = StillClock(NOW)
    with PlainSandbox(made(25), now=clock.epoch) as sandbox:
        sandbox.tokens = frozenset({"fresh"})
        sandbox.open_paths = frozenset({"/token"})
        sandbox.faults.extend([None, None, Fault("status", 401)])  # type: ignore[list-item]
        got = read(sandbox, clock, renewable=True)
        assert got.error is None
        assert len(got.records("items")) == 25
        assert sandbox.seen["/token"] == 2  # obtained, and renewed when it was refused
        assert sandbox.seen["/cursor"] == 4  # three pages, one of them asked again


def test_a_token_that_is_refused_again_after_its_renewal_is_not_renewed_for_ever() -> None:
    clock = StillClock(NOW)
    with PlainSandbox(made(5), now=clock.epoch) as sandbox:
        sandbox.tokens = frozenset({"another"})
        sandbox.open_paths = frozenset({"/token"})
        got = read(sandbox, clock, renewable=True)
        assert (sandbox.seen["/token"], sandbox.seen["/cursor"]) == (2, 2)
    assert isinstance(got.error, AuthorisationError)
    assert "authorise again: ask Ann" in str(got.error)


def test_a_token_that_stays_refused_says_how_to_authorise_again() -> None:
    clock = StillClock(NOW)
    with PlainSandbox(made(5), now=clock.epoch) as sandbox:
        got = read(sandbox, clock, token="secret-and-wrong")
        assert sandbox.seen["/cursor"] == 1
    assert isinstance(got.error, AuthorisationError)
    assert "authorise again: ask Ann" in str(got.error)
    assert "secret-and-wrong" not in str(got.error)


def test_a_token_is_kept_between_runs_where_only_its_owner_can_read(tmp_path: object) -> None:
    cache = f"{tmp_path}/tokens/plain.json"
    clock = StillClock(NOW)
    with PlainSandbox(made(5), now=clock.epoch) as sandbox:
        sandbox.tokens = frozenset({"fresh"})
        sandbox.open_paths = frozenset({"/token"})
        for _ in range(3):
            got = read(sandbox, clock, renewable=True, token_cache=cache)
            assert got.error is None
            assert "fresh" not in json.dumps(got.messages), "a token is in no state"
        assert sandbox.seen["/token"] == 1
        clock.sleep(3600)  # it has expired: renewed ahead, without a refusal
        assert read(sandbox, clock, renewable=True, token_cache=cache).error is None
        assert sandbox.seen["/token"] == 2
    import stat
    from pathlib import Path

    assert stat.S_IMODE(Path(cache).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "headers", [{"Sunset": "Sat, 31 Dec 2026 23:59:59 GMT"}, {"Deprecation": "@1767225599"}]
)
def test_an_api_that_announces_its_end_is_warned_of_once(
    headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    clock = StillClock(NOW)
    with PlainSandbox(made(25), now=clock.epoch) as sandbox:
        sandbox.headers = headers
        read(sandbox, clock)
    warned = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warned) == 1


def test_expiry_is_warned_of_a_month_ahead() -> None:
    from connectors.tap_base.notices import Notices

    notices = Notices(logging.getLogger("quiet"), StillClock(NOW))
    notices.ahead("the token", NOW + timedelta(days=40))
    assert not notices.said
    notices.ahead("the token", NOW + timedelta(days=20))
    assert notices.said == ["the token ends on 2026-06-21: act before then"]
