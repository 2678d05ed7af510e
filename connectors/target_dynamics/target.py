"""`target-dynamics`: the Singer side."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.target_base.target import SHARED_SETTINGS, CrmTarget
from connectors.target_base.wire import Wire
from connectors.target_dynamics.wire import connect


class TargetDynamics(CrmTarget):
    """Write rows by an alternate key."""

    name = "target-dynamics"
    config_jsonschema = th.PropertiesList(
        th.Property(
            "base_url", th.StringType, required=True, description="https://x.crm.dynamics.com"
        ),
        th.Property("token_url", th.StringType, required=True, description="…/oauth2/v2.0/token"),
        th.Property("client_id", th.StringType, required=True),
        th.Property("client_secret", th.StringType, required=True, secret=True),
        th.Property("table", th.StringType, description="Logical name; default: contact"),
        *SHARED_SETTINGS,
    ).to_dict()

    @classmethod
    def connect(cls, settings: Mapping[str, Any]) -> Wire:
        """Open the wire."""
        return connect(settings)
