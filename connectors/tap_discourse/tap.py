"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_discourse.client import DiscourseClient
from connectors.tap_discourse.streams import Likes, Posts, Topics, Users


class TapDiscourse(HttpTap):
    """Reads users, topics, posts and likes of a Discourse forum."""

    name = "tap-discourse"
    client_class = DiscourseClient
    stream_classes = (Users, Topics, Posts, Likes)
    settings = th.PropertiesList(
        th.Property(
            "base_url",
            th.StringType,
            required=True,
            description="The forum, such as https://forum.example.org.",
        ),
        th.Property(
            "api_key",
            th.StringType,
            required=True,
            secret=True,
            description="Made by an administrator under API, with read access to all resources.",
        ),
        th.Property(
            "api_username",
            th.StringType,
            default="system",
            description="In whose name we ask; e-mail addresses are shown to administrators.",
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask for something small that needs the key."""
        self.client.get("/admin/users/list/active.json", page=1, limit=1)
        return {}


if __name__ == "__main__":
    TapDiscourse.cli()
