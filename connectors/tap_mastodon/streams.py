"""What is read from Mastodon. Every list is newest first and pages by a Link header."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from connectors.tap_base.feed import Along, Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.instants import written
from connectors.tap_base.paging import Answer, Before, NextUrl
from connectors.tap_mastodon.client import MastodonClient

VIEWED = {"favourited", "reblogged", "muted", "bookmarked", "pinned", "filtered"}
"""What a status is to the account that looks at it: no property of the status."""


def links(size: int) -> NextUrl:
    """Page by Link; servers that send none (snac) are asked by the last id."""
    return NextUrl(size={"limit": size}, otherwise=Before("max_id", size={"limit": size}))


class MastodonStream(HttpStream[MastodonClient]):
    """A stream of what our account sees."""

    @property
    def me(self) -> str:
        """The id of our account."""
        return self.client.own_id()


class Accounts(MastodonStream):
    """Accounts that follow us or that we follow; those that mention us come along."""

    name = "accounts"
    paging = links(80)

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        for list_name in ("followers", "following"):
            path = f"/api/v1/accounts/{self.me}/{list_name}"
            yield Feed(path, name=list_name, label=f"/api/v1/accounts/:id/{list_name}")

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        moved = row.get("moved")
        return {**row, "moved": moved["id"] if moved else None, "ours": row["id"] == self.me}

    def along(self, row: Any, feed: Feed) -> Iterable[Along]:  # noqa: D102
        if row.get("moved"):
            yield "accounts", row["moved"]


class Statuses(MastodonStream):
    """Our statuses; mentions of us and the replies around them come along."""

    name = "statuses"
    replication_key = "created_at"
    paging = links(40)
    newest_first = True
    look_back = timedelta(days=7)  # edits and counts move most in the first days
    deleted_path = "/api/v1/statuses/{id}"

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        path = f"/api/v1/accounts/{self.me}/statuses"
        yield Feed(path, name="ours", label="/api/v1/accounts/:id/statuses")

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        kept = {name: value for name, value in row.items() if name not in VIEWED}
        for name in ("account", "reblog"):
            inner = kept.pop(name, None)
            kept[f"{name}_id"] = inner["id"] if inner else None
        if kept["account_id"]:
            spoken_to = {mention["id"] for mention in row.get("mentions") or ()}
            kept["ours"] = kept["account_id"] == self.me
            kept["to_us"] = self.me in spoken_to | {row.get("in_reply_to_account_id")}
        return kept

    def along(self, row: Any, feed: Feed) -> Iterable[Along]:  # noqa: D102
        if row.get("account"):
            yield "accounts", row["account"]
        if row.get("reblog"):
            yield "statuses", row["reblog"]


class Notifications(MastodonStream):
    """What happened to us: mentions, favourites, boosts, follows."""

    name = "notifications"
    path = "/api/v1/notifications"
    replication_key = "created_at"
    paging = links(80)
    newest_first = True

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        kept = dict(row)
        for name in ("account", "status"):
            inner = kept.pop(name, None)
            kept[f"{name}_id"] = inner["id"] if inner else None
        return kept

    def along(self, row: Any, feed: Feed) -> Iterable[Along]:  # noqa: D102
        if row.get("account"):
            yield "accounts", row["account"]
        if row.get("status"):
            yield "statuses", row["status"]


class Conversations(MastodonStream):
    """Which thread a status belongs to, asked for each new or changed status that has one."""

    name = "conversations"
    primary_keys = ("status_id",)
    replication_key = "created_at"
    follows = "statuses"

    def feed_of(self, record: Mapping[str, Any]) -> Feed | None:  # noqa: D102
        if not record.get("replies_count") and not record.get("in_reply_to_id"):
            return None
        kept = ("id", "in_reply_to_id", "account_id", "created_at")
        return Feed(
            f"/api/v1/statuses/{record['id']}/context",
            label="/api/v1/statuses/:id/context",
            context={name: record.get(name) for name in kept},
            missing_ok=True,
        )

    def combine(self, feeds: Sequence[Feed]) -> Sequence[Feed]:
        """Ask only for the topmost status we know of a thread: its descendants are the rest."""
        known = {feed.context["id"] for feed in feeds}
        return [feed for feed in feeds if feed.context["in_reply_to_id"] not in known]

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:  # noqa: D102
        above, below = answer.body["ancestors"], answer.body["descendants"]
        root = above[0]["id"] if above else feed.context["id"]
        return [{"thread_id": root, **status} for status in (*above, feed.context, *below)]

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        return {
            "status_id": row["id"],
            "thread_id": row["thread_id"],
            "parent_id": row["in_reply_to_id"],
            "account_id": row["account"]["id"] if "account" in row else row["account_id"],
            "created_at": row["created_at"],
        }

    def along(self, row: Any, feed: Feed) -> Iterable[Along]:  # noqa: D102
        if "account" in row:
            yield "statuses", {k: value for k, value in row.items() if k != "thread_id"}

    def gone(self, feed: Feed) -> Iterable[Along]:
        """Take a status whose context is gone for deleted (or hidden from us: the same)."""
        known = {name: feed.context[name] for name in ("id", "created_at")}
        yield "statuses", {**known, "_sdc_deleted_at": written(self.client.clock.now())}
