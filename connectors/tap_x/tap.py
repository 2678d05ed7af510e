"""The tap: its settings and its streams."""

from collections.abc import Mapping, Sequence
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.check import Report
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.http_tap import HttpTap
from connectors.tap_x.archive import ArchivePosts
from connectors.tap_x.client import XClient
from connectors.tap_x.streams import Mentions, Posts, ReferencedPosts, Search, Users


class TapX(HttpTap[XClient]):
    """Reads our posts, mentions, recent search and an archive; each post read is counted."""

    name = "tap-x"
    client_class = XClient
    stream_classes = (Posts, Mentions, Search, ReferencedPosts, Users)
    settings = th.PropertiesList(
        th.Property(
            "usernames",
            th.ArrayType(th.StringType),
            default=[],
            description="Our accounts: their posts and who mentions them are read.",
        ),
        th.Property(
            "queries",
            th.ArrayType(th.StringType),
            default=[],
            description="What to search for among the posts of the last seven days.",
        ),
        th.Property("bearer_token", th.StringType, secret=True, description="The app's own."),
        th.Property("client_id", th.StringType, description="For OAuth 2."),
        th.Property(
            "client_secret", th.StringType, secret=True, description="Of a confidential client."
        ),
        th.Property(
            "refresh_token",
            th.StringType,
            secret=True,
            description="Given at consent to tweet.read, users.read and offline.access.",
        ),
        th.Property(
            "token_cache",
            th.StringType,
            description="A file that keeps the rotated refresh token; without it a run needs a "
            "new consent.",
        ),
        th.Property("token_url", th.StringType, description="Where tokens are refreshed."),
        th.Property(
            "max_posts_per_run",
            th.IntegerType,
            default=2000,
            description="Posts one run may read, those referred to included: each costs money.",
        ),
        th.Property(
            "max_posts_per_month",
            th.IntegerType,
            default=10_000,
            description="Posts this source may read in a calendar month (UTC).",
        ),
        th.Property(
            "archive_path",
            th.StringType,
            description="An unpacked X data archive: its data folder or its tweets.js.",
        ),
    )

    def discover_streams(self) -> Sequence[HttpStream]:
        """Add the archive's stream where there is an archive."""
        archive = [ArchivePosts(self)] if self.config.get("archive_path") else []
        return [*super().discover_streams(), *archive]

    def sync_all(self) -> None:  # type: ignore[misc]  # final in the SDK, not in ours
        """Go on counting where the state's month stands."""
        spent = self.state.setdefault("bookmarks", {}).setdefault("spending", {})
        self.client.spending.keep(spent)
        super().sync_all()

    def check(self) -> Report:
        """Look at the smallest pages there are: this costs, too."""
        self.client.spending.largest = 5
        return super().check()

    def identify(self) -> Mapping[str, Any]:
        """Ask for our accounts."""
        self.client.ours()
        return {}


if __name__ == "__main__":
    TapX.cli()
