"""A small made-up subreddit, in the shapes of the public API reference."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_reddit.sandbox import RedditSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CONFIG: dict[str, Any] = {
    "base_url": "http://127.0.0.1:1",
    "subreddits": ["tea"],
    "client_id": "app",
    "client_secret": "app-secret",
    "username": "shop",
    "refresh_token": "refresh-1",
}


def thing(kind: str, key: str, minutes: float, **more: Any) -> dict[str, Any]:
    return {
        "name": f"{kind}_{key}", "id": key, "author": "zoe", "author_fullname": "t2_zoe",
        "subreddit": "tea", "created_utc": NOW.timestamp() - 60 * minutes, "edited": False,
        "score": 1, "permalink": f"/r/tea/comments/{key}/", "likes": None, "saved": False, **more,
    }  # fmt: skip


def post(key: str, minutes: float, **more: Any) -> dict[str, Any]:
    return thing("t3", key, minutes, **{"title": f"Post {key}", "selftext": "", **more})


def comment(key: str, minutes: float, **more: Any) -> dict[str, Any]:
    said = {"body": f"Comment {key}", "link_id": "t3_1", "parent_id": "t3_1", **more}
    return thing("t1", key, minutes, **said)


def subreddit() -> RedditSandbox:
    mention = comment("m1", 5, context="/r/tea/comments/1/_/m1/", body="u/shop is good")
    return RedditSandbox(
        [post(str(n), n) for n in range(1, 221)],
        [comment(f"c{n}", n) for n in range(1, 331)],
        [mention],
    )


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[RedditSandbox]:
    made = subreddit()
    made.now = clock.epoch
    with made as served:
        yield served


@pytest.fixture
def config(sandbox: RedditSandbox) -> dict[str, Any]:
    return CONFIG | {
        "base_url": sandbox.base_url,
        "token_url": f"{sandbox.base_url}/api/v1/access_token",
    }
