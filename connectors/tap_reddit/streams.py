"""What is read from Reddit: listings, newest first, that end after about a thousand things."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from connectors.tap_base.feed import Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.paging import Answer, Cursor, dig
from connectors.tap_reddit.client import TAKEN_BACK, RedditClient

NEARLY_ALL = 950
"""Listings end after about a thousand things, fewer where some are hidden."""


@dataclass(frozen=True)
class Fullnames(Cursor):
    """Pages by the last thing's fullname; where that thing is deleted, the place is lost."""

    resumable: ClassVar[bool] = False


class RedditStream(HttpStream[RedditClient]):
    """A listing of things, each wrapped in its kind."""

    primary_keys = ("name",)
    records = "data.children"
    params = {"raw_json": 1}  # noqa: RUF012
    paging = Fullnames("after", "data.after", size={"limit": 100})
    replication_key = "created_utc"
    newest_first = True
    look_back = timedelta(days=2)
    listing = ""
    kind = ""

    @cached_property
    def _came(self) -> dict[str, int]:
        return {}

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        for name in self.config["subreddits"]:
            path = f"/r/{name}/{self.listing}"
            yield Feed(path, self.params, name=name, label=f"/r/:name/{self.listing}")

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:
        """Unwrap the things of our kind; say where the listing ends before they do."""
        found = super().rows(answer, feed)
        came = self._came[feed.name] = self._came.get(feed.name, 0) + len(found)
        if came >= NEARLY_ALL and dig(answer.body, "data.after") is None:
            self.client.notices.warn(
                f"{self.name}: Reddit shows the newest {came} only: run often enough to miss none"
            )
        return [thing["data"] for thing in found if thing.get("kind") == self.kind]

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any] | None:
        """Keep what is declared: the rest is about whoever looks. `edited` is false or a time."""
        names = (name for name in self.schema["properties"] if name[0] != "_")
        made = {name: row.get(name) for name in names}
        if "edited" in made:
            made["edited"] = made["edited"] or None
        made["ours"] = str(made["author"]).lower() == str(self.config["username"]).lower()
        if made["author"] in TAKEN_BACK or row.get("body", row.get("selftext")) in TAKEN_BACK:
            made["_sdc_deleted_at"] = row.get("edited") or row.get("created_utc")
        return made


class Posts(RedditStream):
    """Posts in the configured subreddits."""

    name = "posts"
    listing, kind = "new", "t3"
    deleted_path = "/api/info?id={name}"


class Comments(RedditStream):
    """Comments in the configured subreddits, whatever they are on."""

    name = "comments"
    listing, kind = "comments", "t1"
    deleted_path = "/api/info?id={name}"


class Mentions(RedditStream):
    """Comments that name our account; needs a refresh token."""

    name = "mentions"
    kind = "t1"

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        if self.config.get("refresh_token"):
            yield Feed("/message/mentions", self.params)
