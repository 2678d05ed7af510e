"""A shop on X and the people who talk to it, made up, in the vendor's wire shape."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_x.sandbox import XSandbox
from connectors.tap_x.streams import EPOCH

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
METRICS = {
    "retweet_count": 0, "reply_count": 0, "like_count": 1, "quote_count": 0,
    "bookmark_count": 0, "impression_count": 9,
}  # fmt: skip


def user(key: str, username: str) -> dict[str, Any]:
    return {
        "id": key, "username": username, "name": username.title(), "description": "Hello",
        "created_at": "2020-01-01T00:00:00.000Z", "verified": False, "protected": False,
        "url": "https://t.co/x",
        "entities": {"url": {"urls": [{"start": 0, "end": 14, "url": "https://t.co/x",
                                       "expanded_url": f"https://{username}.example"}]}},
        "public_metrics": {"followers_count": 5, "following_count": 1, "tweet_count": 9,
                           "listed_count": 0},
    }  # fmt: skip


def post(author: str, text: str, minutes: float, **more: Any) -> dict[str, Any]:
    moment = NOW - timedelta(minutes=minutes)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    key = str(((moment - EPOCH) // timedelta(milliseconds=1) << 22) + int(author))
    stamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": key, "author_id": author, "text": text, "created_at": stamp, "lang": "en",
        "conversation_id": key, "edit_history_tweet_ids": [key], "public_metrics": METRICS,
        "possibly_sensitive": False, **more,
    }  # fmt: skip


def answer(author: str, text: str, minutes: float, to: dict[str, Any]) -> dict[str, Any]:
    return post(
        author, text, minutes, in_reply_to_user_id=to["author_id"],
        conversation_id=to["conversation_id"],
        referenced_tweets=[{"type": "replied_to", "id": to["id"]}],
    )  # fmt: skip


def square() -> XSandbox:
    users = [user("1", "shop"), user("2", "zoe"), user("3", "bo"), user("4", "ann")]
    theirs = post("4", "Anyone been there?", 90_000)
    posts = [post("1", f"News {n}", n) for n in range(10, 250)]
    posts += [post("2", f"@shop hello {n}", n) for n in range(5, 125)]
    posts += [answer("3", "@shop is great", 3, to=theirs), theirs]
    posts += [post("3", f"Good tea {n}", n) for n in range(20, 50)]
    return XSandbox(users, posts)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[XSandbox]:
    made = square()
    made.now = clock.epoch
    with made as served:
        yield served


@pytest.fixture
def config(sandbox: XSandbox) -> dict[str, Any]:
    return {
        "base_url": sandbox.base_url,
        "bearer_token": "sandbox-token",
        "usernames": ["@Shop"],
        "queries": ["tea"],
    }
