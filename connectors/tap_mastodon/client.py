"""Mastodon's wire: a bearer token, errors as `{"error": …}`, 300 requests per 5 minutes."""

from connectors.tap_base.auth import Auth, bearer
from connectors.tap_base.http import Client

ME = "/api/v1/accounts/verify_credentials"
APP = "/api/v1/apps/verify_credentials"


class MastodonClient(Client):
    """Asks one instance as one account."""

    def authentication(self) -> Auth:
        """Use the token that the instance gave out for our account."""
        how = f"make an access token at {self.base_url}/settings/applications"
        return bearer(self.config["access_token"], how=how)

    def own_id(self) -> str:
        """Return the id of the account the token belongs to."""
        return str(self.once(ME)["id"])
