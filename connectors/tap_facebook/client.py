"""The Graph API's wire: a Page token, errors told by code, versions that end after two years.

Source: https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.tap_base.auth import Auth
from connectors.tap_base.errors import AuthorisationError, MissingError, TransientError
from connectors.tap_base.http import Client
from connectors.tap_base.instants import Clock
from connectors.tap_base.paging import Answer, Paging, Request, dig

VERSION = "v24.0"
ENDS = {
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
}
"""As https://developers.facebook.com/docs/graph-api/changelog/versions/ had it in autumn 2026."""
TOKEN = {102, 190, 463, 467}
LIMITED = {4, 17, 32, 341, 613} | set(range(80000, 80015))
FORBIDDEN = {3, 10} | set(range(200, 300))
GONE = {803}
PAUSE = 300.0
"""Seconds to wait at a limit whose end is not told: the windows roll over an hour."""


@dataclass(frozen=True)
class GraphPaging(Paging):
    """A page is the last if it links to no next one; its cursor alone does not tell.

    Of the link only what it asks is taken: it carries our token.
    """

    size: int = 100

    def first(self, request: Request) -> Request:  # noqa: D102
        return replace(request, params={**request.params, "limit": self.size})

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        url = dig(answer.body, "paging.next")
        if not url:
            return None
        found = dict(parse_qsl(urlsplit(str(url)).query))
        for secret in ("access_token", "appsecret_proof"):
            found.pop(secret, None)
        return replace(answer.request, params={**answer.request.params, **found})


class FacebookClient(Client):
    """Asks the Graph API in the Page's name."""

    default_base_url = "https://graph.facebook.com"

    def __init__(
        self, config: Mapping[str, Any], logger: logging.Logger, clock: Clock | None = None
    ) -> None:
        """Speak the configured version, and know when it ends."""
        version = str(config.get("api_version") or VERSION)
        base_url = str(config.get("base_url") or self.default_base_url).rstrip("/")
        super().__init__({**config, "base_url": f"{base_url}/{version}"}, logger, clock)
        self.sunset = ENDS.get(version)
        if config.get("api_sunset"):
            self.sunset = date.fromisoformat(str(config["api_sunset"])[:10])

    def authentication(self) -> Auth:
        """Send the Page's token, and prove that we hold the app's secret where it is set."""
        token, secret = str(self.config.get("page_token", "")), self.config.get("app_secret")
        proof = {}
        if secret:
            digest = hmac.new(str(secret).encode(), token.encode(), hashlib.sha256)
            proof = {"appsecret_proof": digest.hexdigest()}
        how = "make a new long-lived Page token in Meta's Graph API Explorer and set page_token"
        return Auth({"Authorization": f"Bearer {token}"}, params=proof, how=how)

    def explain(self, status: int, content: bytes) -> None:
        """Go by the error's code: Meta answers most with 400.

        Raises:
            AuthorisationError: The token or a permission.
            TransientError: A rate limit, once it was waited for.
            QuotaError: Waiting for it would take longer than the run may.
            MissingError: The thing does not exist, or not for us.
        """
        try:
            error = json.loads(content)["error"]
            code, part = int(error.get("code", 0)), int(error.get("error_subcode") or 0)
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        if code in TOKEN:
            how = f"authorise again: {self.auth.how}"
            raise AuthorisationError(f"the token is no longer valid (code {code})", how)
        if code in FORBIDDEN:
            fix = "grant the app the permission in Meta's developer console, then make a new token"
            raise AuthorisationError(f"the token lacks a permission (code {code})", fix)
        if code in LIMITED:
            quota = self.limiter.quota
            self.limiter.pause((quota.reset if quota else None) or PAUSE)
            raise TransientError(f"the rate limit refused us (code {code})", counted=False)
        if code in GONE or (code, part) == (100, 33):
            raise MissingError("there is no such thing, or not for this token", "check page_id")
        if error.get("is_transient"):
            raise TransientError(f"the source answered code {code}")
