"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_bluesky.client import BlueskyClient
from connectors.tap_bluesky.streams import (
    AuthorFeed,
    Notifications,
    Profiles,
    SearchPosts,
    Threads,
)


class TapBluesky(HttpTap[BlueskyClient]):
    """Reads what Bluesky accounts post, what is said to and about them, and by whom."""

    name = "tap-bluesky"
    client_class = BlueskyClient
    stream_classes = (AuthorFeed, SearchPosts, Notifications, Threads, Profiles)
    settings = th.PropertiesList(
        th.Property(
            "base_url",
            th.StringType,
            default="https://bsky.social",
            description="The account's PDS.",
        ),
        th.Property(
            "identifier",
            th.StringType,
            required=True,
            description="The account that signs in: its handle, such as shop.bsky.social, or DID.",
        ),
        th.Property(
            "app_password",
            th.StringType,
            required=True,
            secret=True,
            description="Made under Settings, Privacy and security, App passwords.",
        ),
        th.Property(
            "actors",
            th.ArrayType(th.StringType),
            description="Our accounts, by handle or DID; else the one that signs in.",
        ),
        th.Property(
            "searches", th.ArrayType(th.StringType), description="What to search posts for."
        ),
        th.Property(
            "session_cache",
            th.StringType,
            description="The file, readable by its owner only, that keeps the session between "
            "runs; else one in TESSERA_HOME or in ~/.cache/tessera.",
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask whose session it is; an app password has all the rights that reading needs."""
        self.client.whoami()
        return {}

    def consider(self, stream: str, record: Mapping[str, Any], by: str) -> None:
        """Let every post lead to its thread, and everyone who speaks be looked up again."""
        if stream in {"author_feed", "search_posts", "notifications"}:
            super().consider("author_feed", record, by)
        super().consider("threads", record, by)


if __name__ == "__main__":
    TapBluesky.cli()
