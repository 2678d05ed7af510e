"""`target-hubspot`: the Singer side."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.target_base.target import SHARED_SETTINGS, CrmTarget
from connectors.target_base.wire import Wire
from connectors.target_hubspot.wire import connect


class TargetHubspot(CrmTarget):
    """Write CRM objects by a unique property."""

    name = "target-hubspot"
    config_jsonschema = th.PropertiesList(
        th.Property("token", th.StringType, required=True, secret=True, description="Private app"),
        th.Property("base_url", th.StringType, description="Default: https://api.hubapi.com"),
        *SHARED_SETTINGS,
    ).to_dict()

    @classmethod
    def connect(cls, settings: Mapping[str, Any]) -> Wire:
        """Open the wire."""
        return connect(settings)
