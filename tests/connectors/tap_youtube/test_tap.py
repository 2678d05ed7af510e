"""What the tap promises about channels and comments."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from connectors.tap_base.errors import QuotaError
from connectors.tap_base.paging import Answer, Request
from connectors.tap_base.testing import StillClock, run
from connectors.tap_youtube.client import YouTubeClient
from connectors.tap_youtube.sandbox import YouTubeSandbox
from connectors.tap_youtube.tap import TapYouTube

from .conftest import comment

RESPONSES = {
    "channels": "ChannelListResponse",
    "playlistItems": "PlaylistItemListResponse",
    "videos": "VideoListResponse",
    "commentThreads": "CommentThreadListResponse",
    "comments": "CommentListResponse",
}


def test_videos_comments_and_replies_come_whole(
    config: dict[str, Any], sandbox: YouTubeSandbox, clock: StillClock
) -> None:
    got = run(TapYouTube, config, clock=clock)
    assert got.error is None
    assert {row["id"] for row in got.records("videos")} == set(sandbox.videos)
    assert len(got.records("comment_threads")) == 150
    assert {row["id"] for row in got.records("replies")} == {"c2.1", "c2.2", "c2.3"}
    (channel,) = got.records("channels")
    assert channel["subscriber_count"] == "12345678901234567890", "64 bits and more stay exact"


def test_a_second_run_has_nothing_to_say(config: dict[str, Any], clock: StillClock) -> None:
    first = run(TapYouTube, config, clock=clock)
    second = run(TapYouTube, config, first.state, clock=clock)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []


def test_new_and_edited_comments_and_replies_are_seen(
    config: dict[str, Any], sandbox: YouTubeSandbox, clock: StillClock
) -> None:
    first = run(TapYouTube, config, clock=clock)
    sandbox.comments["new"] = comment("new", 0)
    sandbox.comments["c3"]["snippet"] |= {"textOriginal": "edited"}
    sandbox.comments["c4.1"] = comment("c4.1", 0, parent="c4")
    second = run(TapYouTube, config, first.state, clock=clock)
    assert {row["id"] for row in second.records("comment_threads")} == {"new", "c3", "c4"}
    assert {row["id"] for row in second.records("replies")} == {"c4.1"}


def test_a_run_spends_no_more_units_than_it_may(
    config: dict[str, Any], sandbox: YouTubeSandbox, clock: StillClock
) -> None:
    got = run(TapYouTube, config | {"max_units_per_run": 3}, clock=clock)
    assert got.error is not None
    assert sum(sandbox.seen.values()) <= 3


def test_a_spent_quota_is_no_missing_right(
    config: dict[str, Any], sandbox: YouTubeSandbox, clock: StillClock
) -> None:
    sandbox.quota_spent = True
    got = run(TapYouTube, config, clock=clock, select={"channels"})
    assert isinstance(got.error, QuotaError)
    assert "sandbox-token" not in str(got.error)


def test_every_answer_of_the_stand_in_is_as_the_vendor_describes_it(
    shared: Path, config: dict[str, Any], clock: StillClock
) -> None:
    text = (shared / "specs" / "youtube.v3.json").read_text("utf-8")
    schemas = json.loads(text)["schemas"]
    refs = json.loads(json.dumps(schemas).replace('"$ref": "', '"$ref": "#/$defs/'))
    for schema in refs.values():  # a field of ours that the vendor does not know is a fault
        schema.setdefault("additionalProperties", False)
    answers: list[Answer] = []

    class Watching(YouTubeClient):
        def send(self, request: Request) -> Answer:
            answers.append(super().send(request))
            return answers[-1]

    class Watched(TapYouTube):
        client_class = Watching

    run(Watched, config, clock=clock)
    seen = set()
    for answer in answers:
        name = answer.url.split("?")[0].rsplit("/", 1)[1]
        schema = {"$ref": f"#/$defs/{RESPONSES[name]}", "$defs": refs}
        Draft202012Validator(schema).validate(answer.body)
        seen.add(name)
    assert seen == set(RESPONSES)


def test_recorded_answers_are_understood(shared: Path, clock: StillClock) -> None:
    folder = shared / "recordings" / "youtube_pyyoutube" / "testdata" / "apidata"

    def items(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((folder / name).read_text("utf-8"))["items"]
        return found

    threads = items("comment_threads/comment_threads_by_video_paged_1.json")
    comments = [thread["snippet"]["topLevelComment"] for thread in threads]
    comments += items("comments/comments_by_parent_paged_1.json")
    (channel,) = items("channels/info.json")
    channel["contentDetails"] = {"relatedPlaylists": {"uploads": f"UU{channel['id'][2:]}"}}
    videos = [{**video, "snippet": {**video["snippet"], "channelId": channel["id"]}}
              for video in items("videos/videos_info_multi.json")]  # fmt: skip
    on_video = {**videos[0], "id": comments[0]["snippet"]["videoId"]}
    with YouTubeSandbox([channel], [*videos, on_video], comments) as served:
        config = {"base_url": served.base_url, "api_key": "sandbox-token"}
        got = run(TapYouTube, config | {"channel_ids": [channel["id"]]}, clock=clock)
    assert got.error is None
    assert len(got.records("comment_threads")) == len(threads)
    assert all(row["author_channel_id"] for row in got.records("comment_threads"))
    assert all(row["published_at"].endswith("Z") for row in got.records("videos"))
