"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_facebook.client import VERSION, FacebookClient
from connectors.tap_facebook.instagram import InstagramComments, InstagramMedia
from connectors.tap_facebook.streams import (
    Comments,
    Conversations,
    Messages,
    Pages,
    Posts,
    Ratings,
)


class TapFacebook(HttpTap[FacebookClient]):
    """Reads a Facebook Page and the Instagram account that belongs to it."""

    name = "tap-facebook"
    client_class = FacebookClient
    stream_classes = (
        Pages,
        Posts,
        Comments,
        Conversations,
        Messages,
        Ratings,
        InstagramMedia,
        InstagramComments,
    )
    settings = th.PropertiesList(
        th.Property("page_id", th.StringType, required=True, description="The Page, by id."),
        th.Property(
            "page_token",
            th.StringType,
            required=True,
            secret=True,
            description="The Page's long-lived token with pages_read_engagement, "
            "pages_read_user_content, pages_messaging, and for Instagram instagram_basic and "
            "instagram_manage_comments.",
        ),
        th.Property(
            "app_secret",
            th.StringType,
            secret=True,
            description="Proves each request, where the app requires it.",
        ),
        th.Property(
            "instagram_id",
            th.StringType,
            description="The Instagram professional account, by id; without it none is read.",
        ),
        th.Property(
            "api_version",
            th.StringType,
            default=VERSION,
            description="The Graph API's version; its end is warned of a month ahead.",
        ),
        th.Property(
            "api_sunset",
            th.DateType,
            description="When that version ends, where Meta's changelog knows better than we.",
        ),
        th.Property(
            "comment_days",
            th.NumberType,
            default=7,
            description="Comments on what is not older are read again each run, for edits.",
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask for the Page's id."""
        self.client.get(f"/{self.config['page_id']}", fields="id")
        return {}


if __name__ == "__main__":
    TapFacebook.cli()
