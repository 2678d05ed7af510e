"""`target-salesforce`: the Singer side."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.target_base.target import SHARED_SETTINGS, CrmTarget
from connectors.target_base.wire import Wire
from connectors.target_salesforce.wire import connect


class TargetSalesforce(CrmTarget):
    """Write objects by external id."""

    name = "target-salesforce"
    config_jsonschema = th.PropertiesList(
        th.Property("base_url", th.StringType, required=True, description="The org's own address"),
        th.Property("access_token", th.StringType, secret=True, description="A session, for a try"),
        th.Property("client_id", th.StringType, description="Connected app"),
        th.Property("client_secret", th.StringType, secret=True),
        th.Property("refresh_token", th.StringType, secret=True, description="Else: client grant"),
        th.Property("bulk_from", th.IntegerType, default=2000, description="Rows from which Bulk"),
        *SHARED_SETTINGS,
    ).to_dict()

    @classmethod
    def connect(cls, settings: Mapping[str, Any]) -> Wire:
        """Open the wire."""
        return connect(settings)
