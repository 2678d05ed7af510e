"""`target-odoo`: the Singer side."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.target_base.target import SHARED_SETTINGS, CrmTarget
from connectors.target_base.wire import Wire
from connectors.target_odoo.wire import connect


class TargetOdoo(CrmTarget):
    """Write partners and leads by external id."""

    name = "target-odoo"
    config_jsonschema = th.PropertiesList(
        th.Property("base_url", th.StringType, required=True, description="http://host:8069"),
        th.Property("database", th.StringType, required=True),
        th.Property("username", th.StringType, required=True),
        th.Property("password", th.StringType, required=True, secret=True),
        *SHARED_SETTINGS,
    ).to_dict()

    @classmethod
    def connect(cls, settings: Mapping[str, Any]) -> Wire:
        """Open the wire."""
        return connect(settings)
