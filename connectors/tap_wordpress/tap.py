"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_wordpress.client import API, WordPressClient
from connectors.tap_wordpress.streams import Comments, Posts, Users


class TapWordPress(HttpTap):
    """Reads posts, comments and users of a WordPress site."""

    name = "tap-wordpress"
    client_class = WordPressClient
    stream_classes = (Posts, Comments, Users)
    scopes = ("edit_posts", "moderate_comments", "list_users")
    settings = th.PropertiesList(
        th.Property(
            "base_url",
            th.StringType,
            required=True,
            description="The site, such as https://blog.example.org.",
        ),
        th.Property(
            "user",
            th.StringType,
            description="A user of the site; without one only what is public is read, "
            "and no e-mail addresses.",
        ),
        th.Property(
            "application_password",
            th.StringType,
            secret=True,
            description="Made in the user's profile, under Application Passwords.",
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask who we are and what we may do; the public has no such rights."""
        client = self.client
        assert isinstance(client, WordPressClient)  # noqa: S101 - named above
        if not client.is_known:
            client.get(f"{API}/posts", per_page=1)
            return {}
        rights = client.get(f"{API}/users/me", context="edit").body["capabilities"]
        return {"scopes": [name for name in self.scopes if rights.get(name)]}


if __name__ == "__main__":
    TapWordPress.cli()
