"""The tap: its settings and its streams."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.http_tap import HttpTap
from connectors.tap_dynamics.client import API, DynamicsClient
from connectors.tap_dynamics.streams import Accounts, Contacts, Incidents, Leads, Opportunities


class TapDynamics(HttpTap[DynamicsClient]):
    """Reads contacts, accounts, leads, opportunities and incidents of a Dataverse environment."""

    name = "tap-dynamics"
    client_class = DynamicsClient
    stream_classes = (Contacts, Accounts, Leads, Opportunities, Incidents)
    settings = th.PropertiesList(
        th.Property(
            "base_url",
            th.StringType,
            required=True,
            description="The environment, such as https://org.crm4.dynamics.com.",
        ),
        th.Property("tenant_id", th.StringType, required=True, description="Of Entra."),
        th.Property("client_id", th.StringType, required=True, description="Of the app."),
        th.Property(
            "client_secret", th.StringType, required=True, secret=True, description="Its secret."
        ),
        th.Property(
            "token_url", th.StringType, description="Where tokens come from, if not Entra."
        ),
    )

    def identify(self) -> Mapping[str, Any]:
        """Ask who we are."""
        self.client.get(f"{API}/WhoAmI")
        return {}


if __name__ == "__main__":
    TapDynamics.cli()
