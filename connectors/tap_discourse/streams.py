"""What is read from Discourse, newest first where the forum lists it so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from connectors.tap_base.feed import Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.paging import Answer, NextUrl, Numbered, Paging, Request

LIKE = 2
"""`post_action_type_id` of a like."""


@dataclass(frozen=True)
class Windows(Paging):
    """`before=` lists the posts among the `size` ids up to it, so an empty page is not the end."""

    size: int = 50

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        asked = answer.request
        upper = int(asked.params.get("before", 0))
        lower = min(int(row["id"]) for row in rows) - 1 if rows else upper - self.size
        return replace(asked, params={**asked.params, "before": lower}) if lower > 0 else None


class DiscourseStream(HttpStream):
    """A stream of one forum; only declared fields are kept: the rest is about whoever looks."""

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any] | None:  # noqa: D102
        declared = self.schema["properties"]
        return {name: value for name, value in row.items() if name in declared}


class Users(DiscourseStream):
    """Members with their addresses, as an administrator sees them."""

    name = "users"
    path = "/admin/users/list/active.json"
    params = {"order": "created", "asc": "true", "show_emails": "true"}  # noqa: RUF012
    paging = Numbered("page", size=100, size_param="limit")


class Topics(DiscourseStream):
    """Topics, last bumped first."""

    name = "topics"
    path = "/latest.json"
    records = "topic_list.topics"
    params = {"order": "activity"}  # noqa: RUF012
    paging = NextUrl("topic_list.more_topics_url")
    replication_key = "bumped_at"
    newest_first = True


class Posts(DiscourseStream):
    """Posts of all topics, newest first; edits and deletions are looked for in the last days."""

    name = "posts"
    path = "/posts.json"
    records = "latest_posts"
    paging = Windows()
    replication_key = "created_at"
    newest_first = True
    look_back = timedelta(days=7)
    deleted_path = "/posts/{id}.json"

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any] | None:
        """Count the likes; a post that its author or a moderator took back is deleted."""
        made = dict(super().row(row, feed) or {})
        actions = row.get("actions_summary") or ()
        made["like_count"] = next((a.get("count", 0) for a in actions if a.get("id") == LIKE), 0)
        made["_sdc_deleted_at"] = row.get("deleted_at")
        if row.get("user_deleted") and not made["_sdc_deleted_at"]:
            made["_sdc_deleted_at"] = row.get("updated_at")
        return made


class Likes(DiscourseStream):
    """Who likes a post, asked for each new or changed post that somebody likes."""

    name = "likes"
    primary_keys = ("post_id", "user_id")
    records = "post_action_users"
    follows = "posts"

    def feed_of(self, record: Mapping[str, Any]) -> Feed | None:  # noqa: D102
        if not record.get("like_count"):
            return None
        post = record["id"]
        return Feed(
            "/post_action_users.json",
            {"id": post, "post_action_type_id": LIKE},
            context={"post_id": post},
            missing_ok=True,
        )

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any] | None:  # noqa: D102
        return {**feed.context, "user_id": row["id"], "username": row.get("username")}
