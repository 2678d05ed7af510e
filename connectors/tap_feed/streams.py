"""The entries of a feed, whatever its dialect calls their parts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from connectors.tap_base.feed import Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.paging import Answer

if TYPE_CHECKING:
    from connectors.tap_feed.client import FeedClient


class Entries(HttpStream):
    """What the feed shows; an entry that left it was not deleted, only followed by newer ones."""

    name = "entries"

    @property
    def feed_client(self) -> "FeedClient":
        """The client, by its own type."""
        return self.client  # type: ignore[return-value]

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        yield Feed(self.config["url"])

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """Yield new and changed entries; what the server calls this version is kept with them."""
        self.feed_client.validators = dict(self.stream_state.get("validators", {}))
        yield from super().get_records(context)
        self.stream_state["validators"] = self.feed_client.validators

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:  # noqa: D102
        return [] if answer.status == 304 else list(answer.body)

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any] | None:
        """Name the parts alike; an entry without id, link and title is nothing to keep."""
        made = _json_item(row) if "date_published" in row or "content_html" in row else _entry(row)
        return {"feed_url": self.config["url"], **made} if made["id"] else None


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    """Read an RSS or Atom entry as feedparser understands it."""
    author = row.get("author_detail", {})
    content = row.get("content") or [{}]
    return {
        "id": row.get("id") or row.get("link") or row.get("title"),
        "url": row.get("link"),
        "title": row.get("title"),
        "content": content[0].get("value") or row.get("summary"),
        "author_name": author.get("name") or row.get("author"),
        "author_url": author.get("href"),
        "author_email": author.get("email"),
        "published_at": row.get("published") or row.get("updated"),
        "updated_at": row.get("updated"),
        "tags": [tag["term"] for tag in row.get("tags", ()) if tag.get("term")],
        "comments_url": row.get("comments"),
        "in_reply_to": (row.get("thr_in-reply-to") or {}).get("ref"),
        "language": content[0].get("language"),
    }


def _json_item(row: Mapping[str, Any]) -> dict[str, Any]:
    """Read an item of a JSON Feed. Source: https://www.jsonfeed.org/version/1.1/."""
    author = (row.get("authors") or [row.get("author") or {}])[0]
    return {
        "id": str(row.get("id") or row.get("url") or ""),
        "url": row.get("url"),
        "title": row.get("title"),
        "content": row.get("content_html") or row.get("content_text") or row.get("summary"),
        "author_name": author.get("name"),
        "author_url": author.get("url"),
        "author_email": None,
        "published_at": row.get("date_published"),
        "updated_at": row.get("date_modified"),
        "tags": row.get("tags", []),
        "comments_url": None,
        "in_reply_to": None,
        "language": row.get("language"),
    }
