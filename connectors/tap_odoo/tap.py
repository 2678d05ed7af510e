"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_odoo.client import OdooClient
from connectors.tap_odoo.streams import Leads, Messages, Orders, Partners


class TapOdoo(HttpTap[OdooClient]):
    """Reads partners, leads, messages and orders of an Odoo database."""

    name = "tap-odoo"
    client_class = OdooClient
    stream_classes = (Partners, Leads, Messages, Orders)
    settings = th.PropertiesList(
        th.Property(
            "base_url",
            th.StringType,
            required=True,
            description="The server, such as https://odoo.example.org.",
        ),
        th.Property("database", th.StringType, required=True, description="Name of the database."),
        th.Property("username", th.StringType, required=True, description="Login of our user."),
        th.Property(
            "api_key",
            th.StringType,
            required=True,
            secret=True,
            description="Made in that user's preferences (Odoo 14 and later), or the password.",
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Log in."""
        self.client.ask("res.partner", "search_count", [["id", "=", 0]])
        return {}


if __name__ == "__main__":
    TapOdoo.cli()
