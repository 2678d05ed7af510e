"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_youtube.client import API, YouTubeClient
from connectors.tap_youtube.streams import Channels, CommentThreads, Replies, Videos


class TapYouTube(HttpTap):
    """Reads channels, their videos, and the comments on them."""

    name = "tap-youtube"
    client_class = YouTubeClient
    stream_classes = (Channels, Videos, CommentThreads, Replies)
    settings = th.PropertiesList(
        th.Property(
            "channel_ids",
            th.ArrayType(th.StringType),
            required=True,
            description="Channels to read, by id (UC…).",
        ),
        th.Property("api_key", th.StringType, secret=True, description="For what is public."),
        th.Property("client_id", th.StringType, description="For OAuth, with a refresh token."),
        th.Property("client_secret", th.StringType, secret=True, description="For OAuth."),
        th.Property(
            "refresh_token",
            th.StringType,
            secret=True,
            description="Given at consent to the scope youtube.readonly (youtube.force-ssl for "
            "comments that wait for approval).",
        ),
        th.Property("token_url", th.StringType, description="Where tokens are refreshed."),
        th.Property(
            "max_units_per_run",
            th.IntegerType,
            default=5000,
            description="Quota units that one run may spend; a project has 10,000 a day.",
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask for the first channel: one unit."""
        self.client.get(f"{API}/channels", part="id", id=self.config["channel_ids"][0])
        return {}


if __name__ == "__main__":
    TapYouTube.cli()
