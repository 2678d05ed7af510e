"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_base.paging import Request, dig
from connectors.tap_hubspot.client import HubspotClient
from connectors.tap_hubspot.streams import (
    Companies,
    Contacts,
    Deals,
    Engagements,
    Notes,
    Owners,
    Tickets,
)


class TapHubspot(HttpTap[HubspotClient]):
    """Reads a portal's contacts, companies, deals, tickets, notes, engagements and owners.

    Archived records come as deleted for as long as HubSpot lists them (90 days); records deleted
    for good under a privacy request are listed nowhere.
    """

    name = "tap-hubspot"
    client_class = HubspotClient
    stream_classes = (Contacts, Companies, Deals, Tickets, Notes, Engagements, Owners)
    scopes = (
        "crm.objects.contacts.read",
        "crm.objects.companies.read",
        "crm.objects.deals.read",
        "crm.objects.owners.read",
        "tickets",
    )
    settings = th.PropertiesList(
        th.Property("token", th.StringType, secret=True, description="Of a private app."),
        th.Property("client_id", th.StringType, description="For OAuth, with a refresh token."),
        th.Property("client_secret", th.StringType, secret=True, description="For OAuth."),
        th.Property(
            "refresh_token", th.StringType, secret=True, description="Given when a portal installs."
        ),
        th.Property("token_url", th.StringType, description="Where tokens are refreshed."),
        th.Property(
            "properties",
            th.ObjectType(additional_properties=th.ArrayType(th.StringType)),
            description="The portal's own properties to read, by stream; they come in `custom`.",
        ),
        th.Property(
            "engagement_types",
            th.ArrayType(th.StringType(allowed_values=list(Engagements.fields))),
            description="Of calls, emails, meetings, tasks, communications; all by default. "
            "E-mails need a scope of their own (sales-email-read).",
        ),
        th.Property(
            "searches_per_second",
            th.IntegerType,
            default=4,
            description="Searches that all apps of the portal leave to this one.",
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask what a private app may do; an OAuth token only whether it is good."""
        if self.config.get("refresh_token"):
            self.client.get("/account-info/v3/details")
            return {}
        path = "/oauth/v2/private-apps/get/access-token-info"
        asked = {"tokenKey": str(self.config.get("token", ""))}
        told = self.client.send(Request(path, method="POST", json=asked))
        return {"scopes": list(dig(told.body, "scopes") or ())}


if __name__ == "__main__":
    TapHubspot.cli()
