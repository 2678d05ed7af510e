"""What is read from a Page; lists are newest first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

from connectors.tap_base.feed import Entry, Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.paging import Answer, dig
from connectors.tap_facebook.client import FacebookClient, GraphPaging

AUTHOR = {"author_id": "from.id", "author_name": "from.name"}


class GraphStream(HttpStream[FacebookClient]):
    """An edge of the graph: `fields` are asked for, `lifted` ones taken out of them."""

    records = "data"
    paging = GraphPaging()
    fields = ""
    lifted: Mapping[str, str] = {}

    def edge(self, node: str, edge: str, **more: Any) -> Feed:
        """Return the list that an object has under a name."""
        told = {"fields": self.fields, **more.pop("params", {})}
        path = f"/{node}/{edge}"
        return Feed(path, told, label=f"/:id/{edge}", **more)

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any] | None:
        """Take what is declared, by its own name or from where `lifted` says."""
        names = (name for name in self.schema["properties"] if name[0] != "_")
        made = {name: dig(row, self.lifted.get(name, name)) for name in names}
        return {**made, **feed.context}


class Pages(GraphStream):
    """The Page itself."""

    name = "pages"
    fields = "id,name,username,about,link,website,fan_count,verification_status"

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        path = f"/{self.config['page_id']}"
        yield Feed(path, {"fields": self.fields}, label="/:page")

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:  # noqa: D102
        return [answer.body]


class Commented(GraphStream):
    """What people comment on; remembers within a run what was read of the last `comment_days`."""

    newest_first = True
    look_back = timedelta(days=30)
    deleted_path = "/{id}"

    def entry(self, row: Any, feed: Feed) -> Entry | None:
        """Note what is recent: an edited comment changes nothing on it."""
        made = super().entry(row, feed)
        if made is not None and (moment := self.moment(made[0])):
            days = timedelta(days=float(self.config.get("comment_days", 7)))
            if moment > self.client.clock.now() - days:
                self.recent[str(made[0]["id"])] = made[0]
        return made

    @cached_property
    def recent(self) -> dict[str, Mapping[str, Any]]:
        """What was read of the last days, by id."""
        return {}


class Posts(Commented):
    """Posts on the Page, by it and by visitors."""

    name = "posts"
    replication_key = "created_time"
    fields = (
        "id,message,story,created_time,updated_time,from,permalink_url,status_type,shares,"
        "reactions.limit(0).summary(total_count),comments.limit(0).summary(total_count)"
    )
    lifted = {  # noqa: RUF012
        **AUTHOR,
        "shares": "shares.count",
        "reactions": "reactions.summary.total_count",
        "comments": "comments.summary.total_count",
    }

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        yield self.edge(self.config["page_id"], "feed")


class Discussion(GraphStream):
    """Comments on what is new or changed, and once more on all that is recent."""

    def combine(self, feeds: Sequence[Feed]) -> Sequence[Feed]:  # noqa: D102
        commented = self.tap.streams[self.follows]
        assert isinstance(commented, Commented)  # noqa: S101
        again = [feed for made in commented.recent.values() if (feed := self.feed_of(made))]
        return list({feed.path: feed for feed in (*again, *feeds)}.values())


class Comments(Discussion):
    """Comments on posts and the answers to them."""

    name = "comments"
    replication_key = "created_time"
    follows = "posts"
    fields = (
        "id,message,created_time,from,parent{id},like_count,comment_count,permalink_url,is_hidden"
    )
    lifted = {**AUTHOR, "parent_id": "parent.id"}  # noqa: RUF012

    def feed_of(self, record: Mapping[str, Any]) -> Feed | None:  # noqa: D102
        if not record.get("comments"):
            return None
        asked = {"filter": "stream", "order": "chronological"}
        post = str(record["id"])
        return self.edge(post, "comments", params=asked, context={"post_id": post}, missing_ok=True)


class Conversations(GraphStream):
    """Messenger conversations with the Page, last changed first."""

    name = "conversations"
    replication_key = "updated_time"
    newest_first = True
    fields = "id,updated_time,message_count,unread_count,participants,link"
    lifted = {"participants": "participants.data"}  # noqa: RUF012
    platform = "messenger"

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        asked = {"platform": self.platform}
        kept = {"platform": self.platform}
        yield self.edge(self.config["page_id"], "conversations", params=asked, context=kept)


class Messages(GraphStream):
    """What was said in a conversation, asked for when it is new or has changed."""

    name = "messages"
    replication_key = "created_time"
    follows = "conversations"
    fields = "id,created_time,from,to,message,attachments{id,mime_type,name,size}"
    lifted = {**AUTHOR, "to": "to.data", "attachments": "attachments.data"}  # noqa: RUF012

    def feed_of(self, record: Mapping[str, Any]) -> Feed | None:  # noqa: D102
        conversation = str(record["id"])
        kept = {"conversation_id": conversation}
        return self.edge(conversation, "messages", context=kept, missing_ok=True)


class Ratings(GraphStream):
    """Recommendations of the Page with what people write; few, so all are read each time."""

    name = "ratings"
    fields = (
        "created_time,has_rating,rating,recommendation_type,review_text,reviewer,"
        "open_graph_story{id}"
    )
    lifted = {  # noqa: RUF012
        "id": "open_graph_story.id",
        "author_id": "reviewer.id",
        "author_name": "reviewer.name",
    }

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        yield self.edge(self.config["page_id"], "ratings")

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any] | None:
        """Know a rating whose story is hidden from us by when it was made."""
        made = dict(super().row(row, feed) or {})
        made["id"] = made["id"] or f"{made['author_id'] or ''}@{made['created_time']}"
        return made
