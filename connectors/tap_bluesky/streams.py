"""What is read from Bluesky. Lists are newest first and page by a cursor."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, ClassVar

from connectors.tap_base.feed import Along, Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.http_tap import HttpTap
from connectors.tap_base.instants import instant, written
from connectors.tap_base.paging import Answer, Cursor, Paging, dig
from connectors.tap_bluesky.client import XRPC, BlueskyClient

BATCH = 25
"""Profiles that one request may ask for."""
VIEW = {
    "cid": "cid",
    "author_did": "author.did",
    "text": "record.text",
    "langs": "record.langs",
    "facets": "record.facets",
    "tags": "record.tags",
    "embed": "record.embed",
    "root_uri": "record.reply.root.uri",
    "parent_uri": "record.reply.parent.uri",
    "created_at": "record.createdAt",
    "indexed_at": "indexedAt",
    "reply_count": "replyCount",
    "repost_count": "repostCount",
    "like_count": "likeCount",
    "quote_count": "quoteCount",
    "labels": "labels",
}
"""A post's fields, and where in the lexicon's postView they are."""

PROFILE = {
    "did": "did",
    "handle": "handle",
    "display_name": "displayName",
    "description": "description",
    "website": "website",
    "pronouns": "pronouns",
    "avatar": "avatar",
    "banner": "banner",
    "followers_count": "followersCount",
    "follows_count": "followsCount",
    "posts_count": "postsCount",
    "pinned_uri": "pinnedPost.uri",
    "labels": "labels",
    "verified": "verification.verifiedStatus",
    "created_at": "createdAt",
    "indexed_at": "indexedAt",
}
"""A profile's fields, and where in the lexicon's profileViewDetailed they are."""


def repository(uri: str | None) -> str | None:
    """Return whose an at-uri is: its DID."""
    return uri.split("/")[2] if uri and uri.startswith("at://") else None


def mentioned(facets: Any) -> list[str]:
    """Return the DIDs that a text mentions."""
    features = [feature for facet in facets or () for feature in facet.get("features") or ()]
    return [feature["did"] for feature in features if "did" in feature]


class Posts(HttpStream[BlueskyClient]):
    """What all lists of posts have in common; their order is by the earlier of two times."""

    primary_keys: Sequence[str] = ("uri",)
    replication_key = "sorted_at"
    paging: ClassVar[Paging] = Cursor("cursor", "cursor", size={"limit": 100})
    newest_first = True
    look_back = timedelta(days=7)  # counts move most, and most is taken back, in the first days
    deleted_path = f"{XRPC}/app.bsky.feed.getPostThread?depth=0&parentHeight=0&uri={{uri}}"

    def __init__(self, tap: HttpTap) -> None:
        """Belong to a tap; all lists of posts have one schema."""
        text = files(__package__ or "").joinpath("schemas/posts.json").read_text("utf-8")
        super().__init__(tap, schema=json.loads(text), name=self.name)

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Lift what matters out of the view, and tell what is ours and what is said to us."""
        view, reason = row.get("post", row), row.get("reason") or {}
        if by := dig(reason, "by.did"):
            uri = reason.get("uri") or f"at://{by}/app.bsky.feed.repost/{view['cid']}"
            made = {"uri": uri, "author_did": by, "repost_of": view["uri"]}
            made |= {"created_at": reason["indexedAt"], "indexed_at": reason["indexedAt"]}
        else:
            made = {"uri": view["uri"], **{name: dig(view, path) for name, path in VIEW.items()}}
            embedded = dig(view, "record.embed.record") or {}
            made["quoted_uri"] = embedded.get("uri") or dig(embedded, "record.uri")
        made["mentioned_dids"] = mentioned(made.get("facets"))
        spoken_to = {*made["mentioned_dids"], repository(made.get("parent_uri"))}
        ours, times = self.client.ours, (made["created_at"], made["indexed_at"])
        made |= {"ours": made["author_did"] in ours, "to_us": bool(ours & spoken_to)}
        return {**made, "sorted_at": min(written(m) for at in times if (m := instant(at)))}


class AuthorFeed(Posts):
    """What our accounts post and repost; what they repost comes along."""

    name = "author_feed"
    records = "feed"

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        for did in sorted(self.client.ours):
            yield Feed(f"{XRPC}/app.bsky.feed.getAuthorFeed", {"actor": did}, name=did)

    def along(self, row: Any, feed: Feed) -> Iterable[Along]:  # noqa: D102
        if dig(row, "reason.by"):
            yield "author_feed", row["post"]


class SearchPosts(Posts):
    """What the configured searches find."""

    name = "search_posts"
    records = "posts"
    primary_keys = ("uri", "query")

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        for query in self.config.get("searches", ()):
            path, asked = f"{XRPC}/app.bsky.feed.searchPosts", {"q": query, "sort": "latest"}
            yield Feed(path, asked, name=str(query))

    def since(self, moment: datetime) -> Mapping[str, Any]:  # noqa: D102
        return {"since": written(moment)}

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        return {**super().row(row, feed), "query": feed.name}


class Notifications(HttpStream[BlueskyClient]):
    """What happened to the account that signs in: replies, mentions, quotes, likes, follows."""

    name = "notifications"
    path = f"{XRPC}/app.bsky.notification.listNotifications"
    records = "notifications"
    primary_keys = ("uri", "reason")
    replication_key = "indexed_at"
    paging = Cursor("cursor", "cursor", size={"limit": 100})
    newest_first = True

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        said = {name: dig(row, path) for name, path in VIEW.items() if "Count" not in path}
        told = {"uri": row["uri"], "reason": row["reason"], "subject": row.get("reasonSubject")}
        told["mentioned_dids"] = mentioned(said["facets"])
        return {name: (said | told).get(name) for name in self.schema["properties"]}


class Threads(Posts):
    """The posts around those that are ours, said to us or found: asked for by their root."""

    name = "threads"
    follows = "author_feed"
    paging = Paging()

    def feed_of(self, record: Mapping[str, Any]) -> Feed | None:  # noqa: D102
        known = record.get("ours") or record.get("to_us") or record.get("query")
        spoken = record.get("reason") in {"reply", "mention", "quote"}
        if not (known or spoken):
            return None
        alone = not record.get("root_uri") and not record.get("reply_count")
        if alone and not self.reader.knows(str(record["uri"])):  # or its last reply is gone
            return None
        root = record.get("root_uri") or record["uri"]
        asked = {"uri": root, "depth": 1000, "parentHeight": 0}
        return Feed(f"{XRPC}/app.bsky.feed.getPostThread", asked, name=root, missing_ok=True)

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:
        """Lay the tree out flat; what is blocked or gone has no post."""
        found, nodes = [], [answer.body["thread"]]
        while nodes:
            node = nodes.pop()
            nodes += node.get("replies") or ()
            if "post" in node:
                found.append(node["post"])
        return found


class Profiles(HttpStream[BlueskyClient]):
    """Our accounts and everyone who spoke since the last run."""

    name = "profiles"
    path = f"{XRPC}/app.bsky.actor.getProfiles"
    records = "profiles"
    primary_keys = ("did",)
    follows = "threads"

    def feed_of(self, record: Mapping[str, Any]) -> Feed | None:  # noqa: D102
        author = record.get("author_did")
        return Feed(self.path, {"actors": [author]}) if author else None

    def combine(self, feeds: Sequence[Feed]) -> Sequence[Feed]:
        """Ask for many at once."""
        authors = {did for feed in feeds for did in feed.params["actors"]}
        dids = sorted(authors | self.client.ours)
        batches = [dids[start : start + BATCH] for start in range(0, len(dids), BATCH)]
        return [Feed(self.path, {"actors": batch}) for batch in batches]

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        made = {name: dig(row, path) for name, path in PROFILE.items()}
        valid = made.pop("verified") == "valid"
        return {**made, "verified": valid, "ours": made["did"] in self.client.ours}
