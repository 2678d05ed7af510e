"""`target-suitecrm`: the Singer side."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.target_base.target import SHARED_SETTINGS, CrmTarget
from connectors.target_base.wire import Wire
from connectors.target_suitecrm.wire import connect


class TargetSuitecrm(CrmTarget):
    """Write records of a module."""

    name = "target-suitecrm"
    config_jsonschema = th.PropertiesList(
        th.Property(
            "base_url", th.StringType, required=True, description="https://crm.example.org"
        ),
        th.Property("client_id", th.StringType, required=True),
        th.Property("client_secret", th.StringType, required=True, secret=True),
        *SHARED_SETTINGS,
    ).to_dict()

    @classmethod
    def connect(cls, settings: Mapping[str, Any]) -> Wire:
        """Open the wire."""
        return connect(settings)
