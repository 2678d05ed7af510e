"""WordPress' wire: an application password where there is one, else what the public may see.

Source: https://developer.wordpress.org/rest-api/
"""

from connectors.tap_base.auth import Auth, basic
from connectors.tap_base.http import Client

API = "/wp-json/wp/v2"


class WordPressClient(Client):
    """Asks one site."""

    def authentication(self) -> Auth:
        """Use the application password, if one is configured."""
        how = f"make an application password at {self.base_url}/wp-admin/profile.php"
        if not self.is_known:
            return Auth(how=how)
        return basic(self.config["user"], self.config["application_password"], how=how)

    @property
    def is_known(self) -> bool:
        """Whether we come as a user of the site: then drafts, e-mails and spam can be seen."""
        return bool(self.config.get("user") and self.config.get("application_password"))
