"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.errors import MissingError
from connectors.tap_base.http_tap import HttpTap
from connectors.tap_mastodon.client import APP, MastodonClient
from connectors.tap_mastodon.streams import Accounts, Conversations, Notifications, Statuses


class TapMastodon(HttpTap[MastodonClient]):
    """Reads what one Mastodon account sees: followers, mentions, its own posts, their threads."""

    name = "tap-mastodon"
    client_class = MastodonClient
    stream_classes = (Accounts, Statuses, Notifications, Conversations)
    scopes = ("read:accounts", "read:follows", "read:statuses", "read:notifications")
    settings = th.PropertiesList(
        th.Property(
            "base_url",
            th.StringType,
            required=True,
            description="The instance that hosts the account, such as https://mastodon.social.",
        ),
        th.Property(
            "access_token",
            th.StringType,
            required=True,
            secret=True,
            description="Made in the account's settings under Development, with the scopes "
            "read:accounts, read:follows, read:statuses and read:notifications.",
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask who the token belongs to and, where the server tells, what it may do."""
        self.client.own_id()
        try:
            return {"scopes": self.client.get(APP).body.get("scopes")}
        except MissingError:  # servers that only speak the API, such as snac
            return {}


if __name__ == "__main__":
    TapMastodon.cli()
