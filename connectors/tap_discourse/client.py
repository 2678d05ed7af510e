"""Discourse's wire: an API key of the forum's administrator, 60 requests a minute.

Source: https://docs.discourse.org/
"""

from connectors.tap_base.auth import Auth
from connectors.tap_base.http import Client


class DiscourseClient(Client):
    """Asks one forum."""

    pace = (60, 60.0)

    def authentication(self) -> Auth:
        """Use the API key in the name of a user."""
        how = f"make an API key at {self.base_url}/admin/api/keys"
        user = self.config.get("api_username", "system")
        return Auth({"Api-Key": self.config["api_key"], "Api-Username": user}, how=how)
