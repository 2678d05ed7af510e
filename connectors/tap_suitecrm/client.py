"""SuiteCRM's V8 API: OAuth 2, JSON:API.

Source: https://docs.suitecrm.com/developer/api/developer-setup-guide/json-api/ and, where it is
silent, SuiteCRM's own Api/V8.
"""

from collections.abc import Mapping

from connectors.tap_base.auth import Auth, TokenAuth
from connectors.tap_base.errors import MissingError
from connectors.tap_base.http import Client


class SuiteClient(Client):
    """Asks one server."""

    headers: Mapping[str, str] = {"Accept": "application/vnd.api+json"}

    def authentication(self) -> Auth:
        """Use the user's password where a user is configured, else the client's own rights."""
        config = self.config
        form = {name: str(config[name]) for name in ("client_id", "client_secret")}
        form["grant_type"] = "client_credentials"
        if user := config.get("username"):
            form |= {"username": user, "password": str(config.get("password", ""))}
            form["grant_type"] = "password"
        return TokenAuth(
            self.post_form,
            url=f"{self.base_url}/access_token",
            form=lambda: form,
            identity=f"{config['client_id']} {config.get('username', '')}",
            clock=self.clock,
            how="check the OAuth2 client under Administration, and its secret and user here",
        )

    def explain(self, status: int, content: bytes) -> None:
        """Tell a record that is gone, which SuiteCRM answers with 400."""
        if status == 400 and b"is not found" in content:
            raise MissingError("the source has no such record", "check base_url")
