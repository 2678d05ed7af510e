"""What is read from X: lists are newest first; authors and posts referred to come along."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from connectors.tap_base.feed import Along, Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.paging import Answer, Cursor, dig
from connectors.tap_x.client import XClient

if TYPE_CHECKING:
    from connectors.tap_base.http_tap import HttpTap

USER = "created_at,description,entities,location,profile_image_url,protected,public_metrics,url,verified,verified_type"  # noqa: E501
POST = (
    "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,"
    "in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,referenced_tweets"
)
ASKED = {
    "tweet.fields": POST,
    "user.fields": USER,
    "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id",
}
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
"""Where the milliseconds in X's ids begin: 1288834974657."""
SEARCHABLE = timedelta(days=6, hours=23)
"""How far back recent search reaches: seven days, less what our clock may be off."""


def last_id(moment: datetime) -> int:
    """Return the greatest id that a post of this millisecond can have."""
    return ((moment - EPOCH) // timedelta(milliseconds=1) + 1 << 22) - 1


class Users(HttpStream[XClient]):
    """Our accounts, and the authors of what is read."""

    name = "users"
    records = "data"

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        names = [str(name).lstrip("@") for name in self.config.get("usernames", ())]
        for start in range(0, len(names), 100):
            asked = {"usernames": ",".join(names[start : start + 100]), "user.fields": USER}
            yield Feed("/2/users/by", asked, name=str(start))

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Show where the link leads, and tell ours from others."""
        ours = {str(name).lstrip("@").lower() for name in self.config.get("usernames", ())}
        made = {name: row.get(name) for name in self.schema["properties"]}
        made["url"] = dig(row, "entities.url.urls.0.expanded_url") or row.get("url") or None
        return {**made, "ours": str(row.get("username", "")).lower() in ours}


class Posts(HttpStream[XClient]):
    """What our accounts post; X keeps the last 3,200 of each in reach.

    Read once and not again: `look_back_days` reads the last days' again, for deletions and
    counts, at the price of those posts.
    """

    name = "posts"
    list_name = "tweets"
    replication_key = "created_at"
    newest_first = True
    look_back = timedelta(0)
    deleted_path = "/2/tweets/{id}"
    paging = Cursor("pagination_token", "meta.next_token", size={"max_results": 100})

    def __init__(self, tap: "HttpTap") -> None:
        """Belong to a tap; all streams of posts have one schema."""
        text = files(__package__ or "").joinpath("schemas/posts.json").read_text("utf-8")
        super().__init__(tap, schema=json.loads(text), name=self.name)

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        for user in self.client.ours():
            label = f"/2/users/:id/{self.list_name}"
            yield Feed(f"/2/users/{user}/{self.list_name}", ASKED, name=user, label=label)

    def since(self, moment: datetime) -> Mapping[str, Any]:
        """Leave out what is paid for: ids tell the time, down to the millisecond."""
        return {"since_id": str(last_id(moment))}

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:
        """Give each post its author and the posts it refers to, which X lists beside."""
        body = answer.body
        users = {user["id"]: user for user in dig(body, "includes.users") or []}
        posts = {post["id"]: post for post in dig(body, "includes.tweets") or []}
        for post in (*posts.values(), *(body.get("data") or [])):
            referred = [posts.get(r["id"]) for r in post.get("referenced_tweets") or ()]
            post["with"] = users.get(post.get("author_id")), [p for p in referred if p]
        return list(body.get("data") or [])

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Keep the whole of a long post."""
        made = {name: row.get(name) for name in self.schema["properties"] if name[0] != "_"}
        return {**made, "text": dig(row, "note_tweet.text") or row.get("text")}

    def along(self, row: Any, feed: Feed) -> Iterable[Along]:  # noqa: D102
        author, referred = row.get("with") or (None, ())
        if author:
            yield "users", author
        if feed.name:  # what a referenced post refers to is not in the answer
            for post in referred:
                yield "referenced_posts", post


class Mentions(Posts):
    """Posts that mention our accounts; X keeps the last 800 of each in reach."""

    name = "mentions"
    list_name = "mentions"


class Search(Posts):
    """What the configured queries find among the posts of the last seven days."""

    name = "search"

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        for query in self.config.get("queries", ()):
            yield Feed("/2/tweets/search/recent", {**ASKED, "query": query}, name=str(query))

    def since(self, moment: datetime) -> Mapping[str, Any]:
        """Ask from the bookmark, if recent search reaches so far: X refuses older ids."""
        reached = moment > self.client.clock.now() - SEARCHABLE
        return super().since(moment) if reached else {}


class ReferencedPosts(Posts):
    """Posts that those read answer, quote or repost; they only come along."""

    name = "referenced_posts"
    deleted_path = ""

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        return ()
