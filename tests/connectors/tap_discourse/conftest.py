"""A small made-up forum, served, in the vendor's wire shape."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_discourse.sandbox import DiscourseSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
POSTS = 160


def stamp(minutes: int) -> str:
    moment = NOW - timedelta(minutes=minutes)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def user(number: int) -> dict[str, Any]:
    return {
        "id": number, "username": f"user{number}", "name": f"Ana Łukasz {number}",
        "avatar_template": "/letter/{size}.png", "email": f"user{number}@example.test",
        "secondary_emails": [], "active": True, "admin": number == 1, "moderator": False,
        "last_seen_at": None, "last_emailed_at": None, "created_at": stamp(100_000 - number),
        "last_seen_age": None, "last_emailed_age": None, "created_at_age": 1.5, "trust_level": 1,
        "manual_locked_trust_level": None, "title": None, "time_read": 0, "staged": False,
        "days_visited": 1, "posts_read_count": 0, "topics_entered": 0, "post_count": 0,
    }  # fmt: skip


def topic(number: int) -> dict[str, Any]:
    return {
        "id": number, "title": f"Topic {number}", "fancy_title": f"Topic {number}",
        "slug": f"topic-{number}", "posts_count": 4, "reply_count": 3, "highest_post_number": 4,
        "image_url": "", "created_at": stamp(50_000 - number),
        "last_posted_at": stamp(500 - number),
        "bumped": True, "bumped_at": stamp(500 - number), "archetype": "regular", "unseen": False,
        "pinned": False, "unpinned": None, "visible": True, "closed": False, "archived": False,
        "bookmarked": False, "liked": False, "views": 9, "like_count": 0, "has_summary": False,
        "last_poster_username": "user2", "category_id": 1, "op_like_count": 0,
        "pinned_globally": False, "featured_link": None, "posters": [],
    }  # fmt: skip


def post(number: int, likes: int = 0) -> dict[str, Any]:
    author, of, nth = number % 9 + 1, (number - 1) // 4 + 1, (number - 1) % 4 + 1
    nulls = (
        "display_username", "primary_group_name", "flair_name", "flair_url", "flair_bg_color",
        "flair_color", "flair_group_id", "user_title", "deleted_at", "edit_reason", "reviewable_id",
    )  # fmt: skip
    flags = (
        "yours", "can_edit", "can_delete", "can_recover", "can_see_hidden_post", "can_wiki",
        "bookmarked", "moderator", "admin", "staff", "hidden", "user_deleted",
        "can_view_edit_history", "wiki", "truncated",
    )  # fmt: skip
    counts = (
        "reply_count", "quote_count", "incoming_link_count", "reads", "readers_count",
        "reviewable_score_count", "reviewable_score_pending_count", "score",
    )  # fmt: skip
    return {
        **dict.fromkeys(nulls), **dict.fromkeys(flags, False), **dict.fromkeys(counts, 0),
        "id": number, "name": None, "username": f"user{author}", "user_id": author,
        "avatar_template": "/letter/{size}.png", "created_at": stamp(POSTS * 200 - number * 200),
        "updated_at": stamp(POSTS * 200 - number * 200), "cooked": f"<p>Post {number}</p>",
        "raw": f"Post {number}", "post_number": nth, "post_type": 1, "posts_count": 4,
        "reply_to_post_number": None if nth == 1 else "1", "topic_id": of,
        "topic_slug": f"topic-{of}", "topic_title": f"Topic {of}",
        "topic_html_title": f"Topic {of}",
        "category_id": 1, "badges_granted": [], "version": 1, "excerpt": f"Post {number}",
        "trust_level": 1, "post_url": f"/t/{of}/{nth}",
        "actions_summary": [{"id": 2, "count": likes}] if likes else [],
    }  # fmt: skip


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[DiscourseSandbox]:
    likes = {7: [2, 3], 150: [4]}
    gone = range(60, 130)  # more missing ids than one window holds
    posts = [post(n, len(likes.get(n, ()))) for n in range(1, POSTS + 1) if n not in gone]
    users = [user(n) for n in range(1, 131)]
    topics = [topic(n) for n in range(1, POSTS // 4 + 1)]
    with DiscourseSandbox(users, topics, posts, likes, now=clock.epoch) as served:
        yield served


@pytest.fixture
def config(sandbox: DiscourseSandbox) -> dict[str, Any]:
    return {"base_url": sandbox.base_url, "api_key": "sandbox-token"}
