"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_reddit.client import RedditClient
from connectors.tap_reddit.streams import Comments, Mentions, Posts


class TapReddit(HttpTap[RedditClient]):
    """Reads posts and comments of subreddits, and mentions of our account."""

    name = "tap-reddit"
    client_class = RedditClient
    stream_classes = (Posts, Comments, Mentions)
    settings = th.PropertiesList(
        th.Property(
            "subreddits",
            th.ArrayType(th.StringType),
            required=True,
            description="Subreddits to read, without r/.",
        ),
        th.Property(
            "client_id",
            th.StringType,
            required=True,
            description="Of an app at reddit.com/prefs/apps.",
        ),
        th.Property(
            "client_secret", th.StringType, required=True, secret=True, description="Its secret."
        ),
        th.Property(
            "username",
            th.StringType,
            required=True,
            description="Whose app it is: told to Reddit in the user agent, as its rules ask.",
        ),
        th.Property(
            "refresh_token",
            th.StringType,
            secret=True,
            description="For mentions: given at consent to read and privatemessages, permanent.",
        ),
        th.Property("token_url", th.StringType, description="Where tokens are obtained."),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask for one post."""
        name = self.config["subreddits"][0]
        self.client.get(f"/r/{name}/new", limit=1)
        return {}


if __name__ == "__main__":
    TapReddit.cli()
