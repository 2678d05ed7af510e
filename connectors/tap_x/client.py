"""X's wire, version 2: a bearer token or OAuth 2, and posts that cost money.

Source: https://docs.x.com/x-api (OpenAPI 2.159)
"""

import contextlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from connectors.tap_base.auth import Auth, TokenAuth, basic, bearer
from connectors.tap_base.errors import AnswerError, MissingError, QuotaError
from connectors.tap_base.http import Client
from connectors.tap_base.instants import Clock
from connectors.tap_base.paging import Answer, Request, dig
from connectors.tap_x.spending import Spending

LISTS = re.compile(r"/2/(users/\d+/(tweets|mentions)|tweets/.+)")
"""What costs posts."""


class XClient(Client):
    """Asks X, within what may be spent."""

    default_base_url = "https://api.x.com"

    def __init__(
        self, config: Mapping[str, Any], logger: logging.Logger, clock: Clock | None = None
    ) -> None:
        """Start with nothing spent."""
        super().__init__(config, logger, clock)
        a_run = int(config.get("max_posts_per_run", 2000))
        a_month = int(config.get("max_posts_per_month", 10_000))
        self.spending = Spending(a_run, a_month, self.clock)

    def authentication(self) -> Auth:
        """Use the app's bearer token, or OAuth 2 in a user's name: X rotates refresh tokens."""
        config = self.config
        if not config.get("refresh_token"):
            how = "copy the bearer token from the app's page in X's developer console"
            return bearer(config.get("bearer_token", ""), how=how)
        ours = {"client_id": config.get("client_id", "")}
        secret = config.get("client_secret")
        headers = basic(ours["client_id"], secret, how="").headers() if secret else {}
        return TokenAuth(
            partial(self.post_form, headers=headers),
            url=config.get("token_url") or f"{self.base_url}/2/oauth2/token",
            form=lambda: {
                "grant_type": "refresh_token",
                "refresh_token": config["refresh_token"],
                **ours,
            },
            identity=config["refresh_token"],
            cache=config.get("token_cache"),
            clock=self.clock,
            how="consent again with tweet.read, users.read and offline.access, and set the new "
            "refresh_token (each serves once: token_cache keeps its successor)",
        )

    def send(self, request: Request) -> Answer:
        """Ask; for posts no more than may be spent.

        Raises:
            QuotaError: A cap would be exceeded.
        """
        if not LISTS.fullmatch(request.path.removeprefix(self.base_url)):
            return super().send(request)
        size = int(request.params.get("max_results", 1))
        least = min(size, 10 if "query" in request.params else 5)
        read, granted = 0, self.spending.reserve(size, least)
        sized = {"max_results": granted} if "max_results" in request.params else {}
        try:
            answer = super().send(replace(request, params={**request.params, **sized}))
            data = dig(answer.body, "data") or []
            read = len(data) if isinstance(data, list) else 1
            read += len(dig(answer.body, "includes.tweets") or [])
        finally:
            self.spending.settle(granted, read)
        return replace(answer, request=replace(answer.request, params=request.params))

    def error_in(self, answer: Answer) -> str | None:
        """Tell what is gone, which X answers with status 200, from an error."""
        errors = dig(answer.body, "errors") or []
        if errors and not dig(answer.body, "data"):
            if all(str(e.get("type", "")).endswith("/resource-not-found") for e in errors):
                raise MissingError("X has no such thing", "check usernames")
            return "an error object"
        return None

    def explain(self, status: int, content: bytes) -> None:
        """Tell spent credits and caps from rate limits and missing rights."""
        kind = ""
        with contextlib.suppress(ValueError, AttributeError):
            kind = str(json.loads(content).get("type", ""))
        if status == 402 or kind.endswith("/usage-capped"):
            raise QuotaError(
                "X says that the project's credits or its cap for this period are spent",
                "buy credits or raise the cap in X's developer console, then run again",
            )

    def ours(self) -> list[str]:
        """Return the ids of our accounts.

        Raises:
            AnswerError: One of them does not exist.
        """
        names = [str(name).lstrip("@") for name in self.config.get("usernames", ())]
        if not names:
            return []
        found = self.once(f"/2/users/by?usernames={quote(','.join(names))}").get("data") or []
        if len(found) < len(set(map(str.lower, names))):
            raise AnswerError("an account does not exist or is suspended", "correct usernames")
        return [str(user["id"]) for user in found]
