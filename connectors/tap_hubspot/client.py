"""HubSpot's wire: a private app's token or OAuth, a pace of its own for searches.

Source: HubSpot's OpenAPI files "CRM v3" (spec 424); for associations, owners and limits
https://developers.hubspot.com/docs/guides/api/crm/search#limitations and /usage-details.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from connectors.tap_base.auth import Auth, TokenAuth, bearer, refreshing
from connectors.tap_base.http import Client
from connectors.tap_base.limits import Limiter
from connectors.tap_base.paging import Answer, Request

SEARCH = "/search"


class HubspotClient(Client):
    """Asks one portal."""

    default_base_url = "https://api.hubapi.com"
    pace = (190, 10.0)
    """What most subscriptions allow; the headers tell where there is less left."""

    def __init__(self, config: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        """Prepare; searches have a limit that no header tells."""
        super().__init__(config, *args, **kwargs)
        rate = (int(config.get("searches_per_second", 4)), 1.0)
        self._searches = Limiter(float("inf"), self.clock, rate)

    def authentication(self) -> Auth:
        """Use the refresh token where there is one, else the private app's token."""
        config = self.config
        if not config.get("refresh_token"):
            how = "check the private app's token and its scopes under Settings > Integrations"
            return bearer(str(config.get("token", "")), how=how)
        return TokenAuth(
            self.post_form,
            url=str(config.get("token_url") or f"{self.base_url}/oauth/v1/token"),
            form=partial(refreshing, config),
            identity=config["refresh_token"],
            clock=self.clock,
            how="install the app again in the portal and set the new refresh_token",
        )

    def send(self, request: Request) -> Answer:
        """Ask; searches wait for their own turn too."""
        if not request.path.endswith(SEARCH):
            return super().send(request)
        self._searches.acquire()
        try:
            return super().send(request)
        finally:
            self._searches.release({})

    def error_in(self, answer: Answer) -> str | None:
        """A batch that succeeds in part (207) names records without associations: no error."""
        if answer.status == 207 and isinstance(answer.body.get("results"), list):
            return None
        return super().error_in(answer)
