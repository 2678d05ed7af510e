"""Dataverse's Web API: OData 4, Entra client credentials, change tracking.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/
"""

import json
from collections.abc import Mapping
from typing import Any

from connectors.tap_base.auth import Auth, TokenAuth
from connectors.tap_base.errors import AnswerError
from connectors.tap_base.http import Client

API = "/api/data/v9.2"
PAGE = 1000
NAMES = "OData.Community.Display.V1.FormattedValue"
EXPIRED = "0x80044352"
"""`ExpiredVersionStamp`: a change token older than the organisation keeps changes, by default 7
days (`ExpireChangeTrackingInDays`), or one from before the table's definition changed."""
UNTRACKED = "0x80072491"
"""`ChangeTrackingNotEnabledForEntity`. The much seen 0x80060888 only says "bad request"."""


class DynamicsClient(Client):
    """Asks one environment."""

    headers: Mapping[str, str] = {
        "Accept": "application/json",
        "OData-MaxVersion": "4.0",
        "OData-Version": "4.0",
        "Prefer": f"odata.track-changes,odata.maxpagesize={PAGE},"
        f'odata.include-annotations="{NAMES}"',
    }

    def authentication(self) -> Auth:
        """Use the application's secret; it needs an application user in the environment."""
        config = self.config
        tenant = config["tenant_id"]
        url = config.get(
            "token_url", f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
        )
        return TokenAuth(
            self.post_form,
            url=url,
            form=lambda: {
                "grant_type": "client_credentials",
                "client_id": config["client_id"],
                "client_secret": config["client_secret"],
                "scope": f"{self.base_url}/.default",
            },
            identity=f"{tenant} {config['client_id']}",
            clock=self.clock,
            how="check the app registration's secret in Entra and its application user in the "
            "Power Platform admin center",
        )

    def decode(self, content: bytes, headers: Mapping[str, str]) -> Any:
        """Keep every digit of amounts: numbers with a point are read as text."""
        return json.loads(content, parse_float=str)

    def explain(self, status: int, content: bytes) -> None:
        """Tell a change token that has expired, and a table that keeps no changes.

        Raises:
            AnswerError: The stream is read anew, or someone switches change tracking on.
        """
        try:
            code = str(json.loads(content)["error"]["code"]).lower()
        except (ValueError, KeyError, TypeError):
            return
        if code == EXPIRED:
            raise AnswerError("the change token has expired", "the stream is read anew")
        if code == UNTRACKED:
            fix = "switch on Track changes in the table's advanced options in Power Apps"
            raise AnswerError("the table keeps no changes", fix)
