"""What is read from the Page's Instagram account."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.tap_base.feed import Feed
from connectors.tap_base.paging import Answer, Request, dig
from connectors.tap_facebook.streams import Commented, Discussion


class InstagramMedia(Commented):
    """Posts of the Instagram account."""

    name = "instagram_media"
    replication_key = "timestamp"
    fields = "id,caption,media_type,permalink,timestamp,username,like_count,comments_count"

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        if account := self.config.get("instagram_id"):
            yield self.edge(account, "media")


class InstagramComments(Discussion):
    """Comments on Instagram posts and the answers to them."""

    name = "instagram_comments"
    replication_key = "timestamp"
    follows = "instagram_media"
    one = "id,text,timestamp,username,from,like_count,hidden"
    fields = f"{one},replies.limit(50){{{one}}}"
    lifted = {"author_id": "from.id", "parent_id": "parent"}  # noqa: RUF012

    def feed_of(self, record: Mapping[str, Any]) -> Feed | None:  # noqa: D102
        if not record.get("comments_count"):
            return None
        media = str(record["id"])
        return self.edge(media, "comments", context={"media_id": media}, missing_ok=True)

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:
        """Put the answers beside what they answer."""
        found: list[Any] = []
        for comment in super().rows(answer, feed):
            found.append(comment)
            page = comment.get("replies") or {}
            found += ({**reply, "parent": comment["id"]} for reply in page.get("data") or ())
            if dig(page, "paging.next"):  # more than came along: all of them, from the start
                found += self._replies(str(comment["id"]))
        return list({row["id"]: row for row in found}.values())

    def _replies(self, comment: str) -> Iterable[Any]:
        path = f"/{comment}/replies"
        asked = Request(path, {"fields": self.one}, label="/:id/replies")
        following: Request | None = self.paging.first(asked)
        while following is not None:
            answer = self.client.send(following)
            rows = answer.body.get("data") or []
            yield from ({**reply, "parent": comment} for reply in rows)
            following = self.paging.next(answer, rows) if rows else None
