"""A small made-up Page with an Instagram account, in the vendor's wire shape."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_facebook.sandbox import FacebookSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE, ACCOUNT = "100", "900"


def stamp(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S+0000")


def post(number: int) -> dict[str, Any]:
    return {
        "id": f"{PAGE}_{number}", "message": f"Post {number}", "created_time": stamp(number),
        "from": {"id": PAGE, "name": "Shop"}, "shares": {"count": 2},
        "comments": {"data": [], "summary": {"total_count": 150 if number == 1 else 0}},
        "reactions": {"data": [], "summary": {"total_count": 3}},
    }  # fmt: skip


def comment(key: str, hours: float, **more: Any) -> dict[str, Any]:
    return {
        "id": key, "message": f"Comment {key}", "created_time": stamp(hours), "like_count": 0,
        "from": {"id": "7", "name": "Zoë"}, "is_hidden": False, **more,
    }  # fmt: skip


def page() -> FacebookSandbox:
    people = [{"id": "7", "name": "Zoë", "email": "7@facebook.com"}, {"id": PAGE, "name": "Shop"}]
    messages = [
        {"id": f"m{n}", "created_time": stamp(n), "from": people[0], "message": f"Hi {n}",
         "to": {"data": [people[1]]}}
        for n in range(1, 131)
    ]  # fmt: skip
    replies = [
        {"id": f"r{n}", "text": f"@zoe {n}", "timestamp": stamp(1), "username": "bo"}
        for n in range(60)
    ]
    url = "https://graph.facebook.com/v24.0/ic1/replies?access_token=x&limit=50&after=50"
    edges: dict[str, list[dict[str, Any]]] = {
        f"{PAGE}/feed": [post(n) for n in range(1, 121)],
        f"{PAGE}_1/comments": [comment(f"c{n}", 200 - n) for n in range(149)]
        + [comment("c0.1", 1, parent={"id": "c0"})],
        f"{PAGE}/conversations": [
            {"id": "t_1", "updated_time": stamp(1), "message_count": 130,
             "participants": {"data": people}},
        ],
        "t_1/messages": messages,
        f"{PAGE}/ratings": [
            {"created_time": stamp(5), "recommendation_type": "positive", "has_rating": False,
             "review_text": "Good", "reviewer": {"id": "7", "name": "Zoë"},
             "open_graph_story": {"id": "s1"}},
            {"created_time": stamp(6), "recommendation_type": "negative", "has_rating": False},
        ],
        f"{ACCOUNT}/media": [
            {"id": "i1", "caption": "Tea", "media_type": "IMAGE", "timestamp": stamp(2),
             "username": "shop", "like_count": 1, "comments_count": 61},
        ],
        "i1/comments": [
            {"id": "ic1", "text": "Nice", "timestamp": stamp(1), "username": "zoe",
             "like_count": 0,
             "replies": {"data": replies[:50], "paging": {"cursors": {}, "next": url}}},
        ],
        "ic1/replies": replies,
    }  # fmt: skip
    shop = {"id": PAGE, "name": "Shop", "username": "shop", "fan_count": 12}
    return FacebookSandbox([shop, {"id": ACCOUNT}], edges)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[FacebookSandbox]:
    made = page()
    made.now = clock.epoch
    with made as served:
        yield served


@pytest.fixture
def config(sandbox: FacebookSandbox) -> dict[str, Any]:
    return {
        "base_url": sandbox.base_url,
        "page_id": PAGE,
        "page_token": "sandbox-token",
        "instagram_id": ACCOUNT,
    }
