"""A small made-up channel, served, in the vendor's wire shape."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_youtube.sandbox import YouTubeSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CHANNEL = "UCshop"


def stamp(hours: int) -> str:
    return (NOW - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def channel() -> dict[str, Any]:
    return {
        "kind": "youtube#channel", "id": CHANNEL,
        "snippet": {"title": "Shop", "description": "", "publishedAt": stamp(90_000)},
        "statistics": {"subscriberCount": "12345678901234567890", "videoCount": "120"},
        "contentDetails": {"relatedPlaylists": {"uploads": "UUshop"}},
    }  # fmt: skip


def video(number: int) -> dict[str, Any]:
    return {
        "kind": "youtube#video", "id": f"v{number}",
        "snippet": {"channelId": CHANNEL, "title": f"Video {number}", "publishedAt": stamp(number)},
        "statistics": {"viewCount": "10", "likeCount": "1", "commentCount": "2"},
        "contentDetails": {"duration": "PT1M"},
    }  # fmt: skip


def comment(key: str, hours: int, parent: str | None = None) -> dict[str, Any]:
    snippet = {
        "videoId": "v1", "authorDisplayName": "@zoë", "authorChannelId": {"value": "UCzoe"},
        "authorChannelUrl": "http://www.youtube.com/@zoe", "textDisplay": f"<b>{key}</b>",
        "textOriginal": key, "likeCount": 3, "publishedAt": stamp(hours), "updatedAt": stamp(hours),
    }  # fmt: skip
    if parent:
        snippet["parentId"] = parent
    return {"kind": "youtube#comment", "id": key, "snippet": snippet}


def forum() -> YouTubeSandbox:
    comments = [comment(f"c{n}", n) for n in range(1, 151)]
    comments += [comment(f"c2.{n}", 1, parent="c2") for n in range(1, 4)]
    return YouTubeSandbox([channel()], [video(n) for n in range(1, 121)], comments)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[YouTubeSandbox]:
    made = forum()
    made.now = clock.epoch
    with made as served:
        yield served


@pytest.fixture
def config(sandbox: YouTubeSandbox) -> dict[str, Any]:
    return {
        "base_url": sandbox.base_url,
        "api_key": "sandbox-token",
        "channel_ids": [CHANNEL],
    }
