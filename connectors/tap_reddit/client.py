"""Reddit's wire: OAuth 2 in an app's or a user's name, and a user agent that says who asks.

Source: https://www.reddit.com/dev/api and https://github.com/reddit-archive/reddit/wiki/OAuth2
"""

import contextlib
import json
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from connectors.tap_base.auth import Auth, TokenAuth, basic
from connectors.tap_base.errors import MissingError
from connectors.tap_base.http import Client
from connectors.tap_base.instants import Clock
from connectors.tap_base.paging import Answer, dig

TAKEN_BACK = {"[deleted]", "[removed]"}
"""What stands where an author or a text was."""
HIDDEN = {"private", "banned", "quarantined", "gold_only"}


class RedditClient(Client):
    """Asks Reddit as a named application."""

    default_base_url = "https://oauth.reddit.com"

    def __init__(
        self, config: Mapping[str, Any], logger: logging.Logger, clock: Clock | None = None
    ) -> None:
        """Say who asks: Reddit throttles agents that do not name app and account."""
        agent = f"server:{config.get('client_id')}:tessera-0.1 (by /u/{config.get('username')})"
        super().__init__({**config, "user_agent": agent}, logger, clock)

    def authentication(self) -> Auth:
        """Get tokens for an hour each: by refresh token in a user's name, else as the app."""
        config = self.config
        form = {"grant_type": "client_credentials"}
        if config.get("refresh_token"):
            form = {"grant_type": "refresh_token", "refresh_token": config["refresh_token"]}
        app = basic(config["client_id"], config["client_secret"], how="").headers()
        return TokenAuth(
            partial(self.post_form, headers=app),
            url=config.get("token_url") or "https://www.reddit.com/api/v1/access_token",
            form=lambda: form,
            identity=f"{config['client_id']} {config.get('refresh_token', '')}",
            clock=self.clock,
            how="check the app at reddit.com/prefs/apps; for mentions consent again to read and "
            "privatemessages with duration=permanent and set the new refresh_token",
        )

    def error_in(self, answer: Answer) -> str | None:
        """Tell what is gone, which Reddit answers with an empty list or an author `[deleted]`."""
        if "/api/info" in answer.url:
            author = dig(answer.body, "data.children.0.data.author")
            if author in {None, *TAKEN_BACK}:
                raise MissingError("Reddit has no such thing any more")
        return super().error_in(answer)

    def explain(self, status: int, content: bytes) -> None:
        """Tell a subreddit that nobody may see from a missing right of ours."""
        with contextlib.suppress(ValueError, AttributeError):
            if json.loads(content).get("reason") in HIDDEN and status in {403, 404}:
                raise MissingError("a subreddit is private or banned", "correct subreddits")
