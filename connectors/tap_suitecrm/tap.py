"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_suitecrm.client import SuiteClient
from connectors.tap_suitecrm.streams import Accounts, Cases, Contacts, Leads, Notes, Opportunities


class TapSuiteCRM(HttpTap[SuiteClient]):
    """Reads contacts, accounts, leads, opportunities, cases and notes of a SuiteCRM."""

    name = "tap-suitecrm"
    client_class = SuiteClient
    stream_classes = (Contacts, Accounts, Leads, Opportunities, Cases, Notes)
    settings = th.PropertiesList(
        th.Property(
            "base_url",
            th.StringType,
            required=True,
            description="The API, such as https://crm.example.org/Api, or with SuiteCRM 8 "
            "https://crm.example.org/legacy/Api.",
        ),
        th.Property("client_id", th.StringType, required=True, description="Of the OAuth2 client."),
        th.Property(
            "client_secret", th.StringType, required=True, secret=True, description="Its secret."
        ),
        th.Property(
            "username", th.StringType, description="With a password client; without: the client's."
        ),
        th.Property("password", th.StringType, secret=True, description="Of that user."),
        th.Property(
            "currency", th.StringType, description="ISO code of the server's own currency: EUR."
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask for one contact."""
        self.client.get("/V8/module/Contacts", **{"page[size]": 1})
        return {}


if __name__ == "__main__":
    TapSuiteCRM.cli()
