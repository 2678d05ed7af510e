"""YouTube's wire: an API key or OAuth, a quota counted in units: every list we ask for is one.

Source: https://developers.google.com/youtube/v3/determine_quota_cost
"""

import contextlib
import json
import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

from connectors.tap_base.auth import Auth, TokenAuth, refreshing
from connectors.tap_base.errors import QuotaError
from connectors.tap_base.http import Client
from connectors.tap_base.paging import Answer, Request

API = "/youtube/v3"
SPENT = {"quotaExceeded", "dailyLimitExceeded", "rateLimitExceeded", "userRateLimitExceeded"}


class YouTubeClient(Client):
    """Asks the Data API, and counts what it costs."""

    default_base_url = "https://youtube.googleapis.com"

    def __init__(self, config: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        """Start with nothing spent."""
        super().__init__(config, *args, **kwargs)
        self.units = 0
        self._count = threading.Lock()

    def authentication(self) -> Auth:
        """Use the refresh token where there is one, else the key."""
        config = self.config
        if config.get("refresh_token"):
            return TokenAuth(
                self.post_form,
                url=config.get("token_url", "https://oauth2.googleapis.com/token"),
                form=partial(refreshing, config),
                identity=config["refresh_token"],
                clock=self.clock,
                how="consent again with the scope youtube.readonly and set the new refresh_token",
            )
        how = "make a key in the Google Cloud console and allow it the YouTube Data API v3"
        return Auth(params={"key": config.get("api_key", "")}, how=how)

    def send(self, request: Request) -> Answer:
        """Ask, unless this run has spent its units.

        Raises:
            QuotaError: The cap of the configuration is reached.
        """
        cap = int(self.config.get("max_units_per_run", 5000))
        with self._count:
            if self.units >= cap:
                fix = "run again tomorrow, or raise max_units_per_run"
                problem = f"this run has spent its {cap} quota units"
                raise QuotaError(problem, fix, place=request.place)
            self.units += 1
        return super().send(request)

    def explain(self, status: int, content: bytes) -> None:
        """Tell a spent quota, which YouTube answers with 403, from a missing right."""
        reasons: set[str] = set()
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            reasons = {error["reason"] for error in json.loads(content)["error"]["errors"]}
        if status == 403 and reasons & SPENT:
            raise QuotaError(
                "the project's quota for today is spent", "run again after midnight PT"
            )
