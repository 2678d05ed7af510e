"""The tap: its settings and its stream."""

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_feed.client import FeedClient
from connectors.tap_feed.streams import Entries


class TapFeed(HttpTap):
    """Reads one feed: RSS, Atom or JSON Feed."""

    name = "tap-feed"
    client_class = FeedClient
    stream_classes = (Entries,)
    settings = th.PropertiesList(
        th.Property("url", th.StringType, required=True, description="Where the feed is."),
        th.Property("user", th.StringType, description="For a feed behind a password."),
        th.Property("password", th.StringType, secret=True, description="Its password."),
    )


if __name__ == "__main__":
    TapFeed.cli()
