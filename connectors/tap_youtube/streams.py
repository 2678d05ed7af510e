"""What is read from YouTube. Lists are newest first and page by a token."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from connectors.tap_base.errors import AnswerError
from connectors.tap_base.feed import Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.paging import Answer, Cursor, dig
from connectors.tap_youtube.client import API


class YouTubeStream(HttpStream):
    """A stream of what the configured channels show."""

    records = "items"
    paging = Cursor("pageToken", "nextPageToken", size={"maxResults": 100})
    lifted: Mapping[str, str] = {}
    """Fields of a record and where in the resource they are."""

    @property
    def channels(self) -> Sequence[str]:
        """Ids of the channels to read."""
        return list(self.config["channel_ids"])

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Lift what matters out of snippet and statistics."""
        return {"id": row["id"], **{name: dig(row, path) for name, path in self.lifted.items()}}


class Channels(YouTubeStream):
    """The channels themselves."""

    name = "channels"
    lifted = {  # noqa: RUF012
        "title": "snippet.title",
        "description": "snippet.description",
        "custom_url": "snippet.customUrl",
        "country": "snippet.country",
        "published_at": "snippet.publishedAt",
        "subscriber_count": "statistics.subscriberCount",
        "video_count": "statistics.videoCount",
        "view_count": "statistics.viewCount",
        "uploads": "contentDetails.relatedPlaylists.uploads",
    }

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        part = "snippet,statistics,contentDetails"
        for start in range(0, len(self.channels), 50):
            ids = ",".join(self.channels[start : start + 50])
            yield Feed(f"{API}/channels", {"part": part, "id": ids}, name=str(start))


class Videos(YouTubeStream):
    """Uploads of the channels; their counts are read again for a month."""

    name = "videos"
    replication_key = "published_at"
    newest_first = True
    look_back = timedelta(days=30)
    paging = Cursor("pageToken", "nextPageToken", size={"maxResults": 50})
    lifted = {  # noqa: RUF012
        "channel_id": "snippet.channelId",
        "channel_title": "snippet.channelTitle",
        "title": "snippet.title",
        "description": "snippet.description",
        "tags": "snippet.tags",
        "language": "snippet.defaultAudioLanguage",
        "published_at": "snippet.publishedAt",
        "duration": "contentDetails.duration",
        "view_count": "statistics.viewCount",
        "like_count": "statistics.likeCount",
        "comment_count": "statistics.commentCount",
    }

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        for channel in self.channels:
            found = self.client.get(f"{API}/channels", part="contentDetails", id=channel)
            uploads = dig(found.body, "items.0.contentDetails.relatedPlaylists.uploads")
            if uploads is None:
                raise AnswerError("a channel does not exist", "check channel_ids")
            params = {"part": "contentDetails", "playlistId": uploads}
            yield Feed(f"{API}/playlistItems", params, name=channel, missing_ok=True)

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:
        """Ask for the videos that a page of the playlist lists; removed ones are not there."""
        listed = super().rows(answer, feed)
        ids = [str(dig(item, "contentDetails.videoId")) for item in listed]
        if not ids:
            return []
        part = "snippet,statistics,contentDetails"
        told = self.client.get(f"{API}/videos", part=part, id=",".join(ids))
        found: Sequence[Any] = super().rows(told, feed)
        return found


class CommentThreads(YouTubeStream):
    """Comments on the channels' videos that answer nobody, newest first."""

    name = "comment_threads"
    replication_key = "published_at"
    newest_first = True
    look_back = timedelta(days=14)
    lifted = {  # noqa: RUF012
        "video_id": "snippet.videoId",
        "total_reply_count": "snippet.totalReplyCount",
    }

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        for channel in self.channels:
            params = {"part": "snippet", "allThreadsRelatedToChannelId": channel, "order": "time"}
            yield Feed(f"{API}/commentThreads", params, name=channel)

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        said = comment(dig(row, "snippet.topLevelComment"))
        return {**said, **super().row(row, feed), "channel_id": feed.name}


class Replies(YouTubeStream):
    """Answers to a comment, asked for each new or changed thread that has some."""

    name = "replies"
    replication_key = "published_at"
    follows = "comment_threads"

    def feed_of(self, record: Mapping[str, Any]) -> Feed | None:  # noqa: D102
        if not record.get("total_reply_count"):
            return None
        kept = {name: record.get(name) for name in ("video_id", "channel_id")}
        params = {"part": "snippet", "parentId": record["id"]}
        return Feed(f"{API}/comments", params, context=kept, missing_ok=True)

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        return {**feed.context, **comment(row)}


def comment(resource: Any) -> dict[str, Any]:
    """Lift what a comment says out of its resource."""
    fields = {
        "parent_id": "parentId",
        "author_channel_id": "authorChannelId.value",
        "author_display_name": "authorDisplayName",
        "author_channel_url": "authorChannelUrl",
        "author_profile_image_url": "authorProfileImageUrl",
        "text_original": "textOriginal",
        "text_display": "textDisplay",
        "like_count": "likeCount",
        "published_at": "publishedAt",
        "updated_at": "updatedAt",
    }
    lifted = {name: dig(resource, f"snippet.{path}") for name, path in fields.items()}
    return {"id": resource["id"], **lifted}
