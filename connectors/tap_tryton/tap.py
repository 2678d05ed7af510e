"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_tryton.client import TrytonClient
from connectors.tap_tryton.streams import Opportunities, Parties


class TapTryton(HttpTap[TrytonClient]):
    """Reads parties and sales opportunities of a Tryton database."""

    name = "tap-tryton"
    client_class = TrytonClient
    stream_classes = (Parties, Opportunities)
    settings = th.PropertiesList(
        th.Property(
            "base_url",
            th.StringType,
            required=True,
            description="The server, such as https://tryton.example.org.",
        ),
        th.Property("database", th.StringType, required=True, description="Name of the database."),
        th.Property(
            "username",
            th.StringType,
            required=True,
            description="A user of its own for us, with read access to parties and opportunities.",
        ),
        th.Property(
            "password", th.StringType, required=True, secret=True, description="Of that user."
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask for a count."""
        self.client.ask("party.party", "search_count", [["id", "=", 0]])
        return {}


if __name__ == "__main__":
    TapTryton.cli()
