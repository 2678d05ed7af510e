"""`target-postgres`: the Singer side."""

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from connectors.target_base.target import SHARED_SETTINGS, CrmTarget
from connectors.target_base.wire import Wire
from connectors.target_postgres.wire import connect


class TargetPostgres(CrmTarget):
    """Write rows of an existing table by a unique column."""

    name = "target-postgres"
    config_jsonschema = th.PropertiesList(
        th.Property("dsn", th.StringType, required=True, secret=True, description="libpq's words"),
        *SHARED_SETTINGS,
    ).to_dict()

    @classmethod
    def connect(cls, settings: Mapping[str, Any]) -> Wire:
        """Open the wire."""
        return connect(settings)
