"""`target-webhook`: the Singer side. Nothing can be read back, so every record goes out."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.target_base.target import SHARED_SETTINGS, CrmTarget
from connectors.target_base.wire import Wire
from connectors.target_webhook.wire import connect


class TargetWebhook(CrmTarget):
    """Send signed batches."""

    name = "target-webhook"
    config_jsonschema = th.PropertiesList(
        th.Property("url", th.StringType, required=True),
        th.Property("secret", th.StringType, required=True, secret=True),
        th.Property("batch_size", th.IntegerType, default=100),
        *SHARED_SETTINGS,
    ).to_dict()

    @classmethod
    def connect(cls, settings: Mapping[str, Any]) -> Wire:
        """Open the wire."""
        return connect(settings)
