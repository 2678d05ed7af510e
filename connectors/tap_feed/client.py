"""A feed's wire: one document, asked for only if it changed (RFC 9110, 13.1)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import feedparser

from connectors.tap_base.auth import Auth, basic
from connectors.tap_base.http import Client
from connectors.tap_base.paging import Answer, Request

CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class FeedClient(Client):
    """Asks for one feed. `validators` is what the server said about the version we have."""

    headers: Mapping[str, str] = {
        "Accept": "application/feed+json, application/atom+xml, application/rss+xml, text/xml"
    }

    def __init__(self, config: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        """Take the feed's origin for the only one we speak to."""
        origin = urlsplit(config["url"])._replace(path="", query="", fragment="").geturl()
        super().__init__({**config, "base_url": origin}, *args, **kwargs)
        self.validators: dict[str, str] = {}

    def authentication(self) -> Auth:
        """Feeds are public, but for those behind a password."""
        how = "check user and password"
        if self.config.get("user"):
            return basic(self.config["user"], self.config.get("password", ""), how=how)
        return Auth(how=how)

    def send(self, request: Request) -> Answer:
        """Ask, unless nothing changed since the validators were given."""
        known = {CONDITIONS[name]: value for name, value in self.validators.items()}
        answer = super().send(replace(request, headers={**request.headers, **known}))
        if answer.status != 304:
            told = {name: answer.headers.get(name) for name in CONDITIONS}
            self.validators = {name: value for name, value in told.items() if value}
        return answer

    def decode(self, content: bytes, headers: Mapping[str, str]) -> Any:
        """Parse whichever kind of feed it is into a list of entries.

        Raises:
            ValueError: It is none.
        """
        if content.lstrip().startswith(b"{"):
            items: list[Any] = json.loads(content)["items"]
            return items
        told = {**headers, "content-location": self.config["url"]}
        parsed = feedparser.parse(content, response_headers=told)
        if not parsed.version:
            raise ValueError("no feed")
        return list(parsed.entries)
