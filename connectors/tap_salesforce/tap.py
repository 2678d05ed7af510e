"""The tap: its settings and its streams."""

from collections.abc import Mapping, Sequence
from typing import Any

from singer_sdk import typing as th

from connectors.tap_base.errors import MissingError
from connectors.tap_base.http_tap import HttpTap
from connectors.tap_salesforce.client import VERSION, SalesforceClient
from connectors.tap_salesforce.streams import ObjectStream

USUAL = {
    "contacts": "Contact",
    "leads": "Lead",
    "accounts": "Account",
    "opportunities": "Opportunity",
    "cases": "Case",
    "tasks": "Task",
}


class TapSalesforce(HttpTap[SalesforceClient]):
    """Reads an org's objects with every field that the user may see, as the org describes them.

    Deleted rows are seen for as long as they lie in the recycle bin (15 days).
    """

    name = "tap-salesforce"
    client_class = SalesforceClient
    stream_classes = ()
    settings = th.PropertiesList(
        th.Property(
            "base_url",
            th.StringType,
            required=True,
            description="The org's own address, such as https://acme.my.salesforce.com.",
        ),
        th.Property("client_id", th.StringType, required=True, description="Of the connected app."),
        th.Property(
            "client_secret",
            th.StringType,
            secret=True,
            description="For the client credentials flow.",
        ),
        th.Property("username", th.StringType, description="For the JWT bearer flow."),
        th.Property(
            "private_key",
            th.StringType,
            secret=True,
            description="PEM of the key whose certificate the connected app has: the JWT bearer "
            "flow is used where it is set.",
        ),
        th.Property(
            "audience",
            th.StringType,
            default="https://login.salesforce.com",
            description="https://test.salesforce.com for a sandbox.",
        ),
        th.Property(
            "token_url", th.StringType, description="Where tokens come from, if not there."
        ),
        th.Property("api_version", th.StringType, default=VERSION, description="Of the REST API."),
        th.Property(
            "objects",
            th.ArrayType(th.StringType),
            default=list(USUAL.values()),
            description="API names of the objects to read, such as Custom__c.",
        ),
        th.Property(
            "bulk_from",
            th.IntegerType,
            default=2000,
            description="Answers with more rows than this go by Bulk API 2.0.",
        ),
    )

    def discover_streams(self) -> Sequence[ObjectStream]:
        """Ask the org for each object's fields; one it does not have is noted and left out."""
        self.failures.clear()  # the SDK asks again when it has read a catalog
        streams, names = [], {api: name for name, api in USUAL.items()}
        for object_ in self.config["objects"]:
            name = names.get(object_, object_)
            try:
                described = self.client.once(f"{self.client.api}/sobjects/{object_}/describe")
            except MissingError:
                problem, fix = f"the org shows no object {object_}", "check objects and its rights"
                self.failed(MissingError(problem, fix), name)
            else:
                streams.append(ObjectStream(self, name, described))
        return streams

    def identify(self) -> Mapping[str, Any]:
        """Ask how much of the org's quota is left."""
        self.client.get(f"{self.client.api}/limits")
        return {}


if __name__ == "__main__":
    TapSalesforce.cli()
