"""Bluesky's wire: XRPC over a PDS, sessions by app password, errors by name, 3,000 per 5 minutes.

Source: https://atproto.com/specs/xrpc and the lexicons com.atproto.server.*
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from connectors.tap_base.auth import Auth, TokenAuth
from connectors.tap_base.errors import AuthorisationError, MissingError
from connectors.tap_base.http import Client

XRPC = "/xrpc"
SERVER = f"{XRPC}/com.atproto.server"
REFUSED = {"ExpiredToken", "InvalidToken"}
"""What a PDS answers, with status 400, to a session that has ended."""
GONE = {"NotFound", "RecordNotFound"}


class Session(TokenAuth):
    """A session: two hours of access, refreshed for two months, then begun anew.

    A PDS begins only 30 sessions in 5 minutes: they are kept between runs.
    """

    def __init__(self, client: "BlueskyClient") -> None:
        """Continue the session that is kept, if there is one."""
        self._client = client
        config = client.config
        who = f"{config['identifier']} {config['app_password']}"
        base, name = client.base_url, sha256(f"{client.base_url} {who}".encode()).hexdigest()[:16]
        home = Path(os.environ.get("TESSERA_HOME") or Path.home() / ".cache" / "tessera")
        super().__init__(
            client.post_form,
            url=f"{base}{SERVER}.createSession",
            form=dict,
            identity=who,
            cache=config.get("session_cache") or str(home / "sessions" / f"bluesky-{name}.json"),
            clock=client.clock,
            how="make an app password under Settings, Privacy and security, App passwords, and "
            "check identifier",
        )

    def obtain(self, token: Mapping[str, Any]) -> Mapping[str, Any]:
        """Refresh the session, or begin one where there is none or it has ended."""
        post, base = self._client.post_json, f"{self._client.base_url}{SERVER}"
        got: Mapping[str, Any] = {}
        if kept := token.get("refresh_token"):
            with suppress(AuthorisationError):
                by = {"Authorization": f"Bearer {kept}"}
                got = post(f"{base}.refreshSession", None, by)
        if not got:
            config = self._client.config
            user = {"identifier": config["identifier"], "password": config["app_password"]}
            got = post(f"{base}.createSession", user)
        return {"access_token": got.get("accessJwt"), "refresh_token": got.get("refreshJwt")}


class BlueskyClient(Client):
    """Asks one PDS, which passes on what the AppView knows."""

    default_base_url = "https://bsky.social"

    def authentication(self) -> Auth:
        """Use a session."""
        return Session(self)

    def refused(self, status: int, content: bytes) -> bool:
        """Tell a session that has ended, which is a bad request here."""
        return status == 401 or (status == 400 and _named(content)[0] in REFUSED)

    def explain(self, status: int, content: bytes) -> None:
        """Tell what is gone, and a session that has ended, from a bad request."""
        name, words = _named(content)
        if name in REFUSED:
            fix = f"authorise again: {self.auth.how}"
            raise AuthorisationError("the source refuses our session", fix)
        if name in GONE or (status == 400 and words == "Profile not found"):
            raise MissingError("the source has no such account or post", "check actors")

    @cached_property
    def ours(self) -> frozenset[str]:
        """DIDs of the accounts that are read: those configured, else the one that signs in."""
        actors = [str(actor).lstrip("@") for actor in self.config.get("actors") or ()]
        return frozenset(map(self._did, actors) if actors else [self.whoami()])

    def whoami(self) -> str:
        """Return the DID of the account that signs in."""
        return str(self.once(f"{SERVER}.getSession")["did"])

    def _did(self, actor: str) -> str:
        if actor.startswith("did:"):
            return actor
        path = f"{XRPC}/com.atproto.identity.resolveHandle"
        return str(self.once(f"{path}?handle={quote(actor)}")["did"])


def _named(content: bytes) -> tuple[str, str]:
    """Return an error's name and words, empty where the body is none."""
    with suppress(ValueError):
        body = json.loads(content)
        if isinstance(body, dict):
            return str(body.get("error")), str(body.get("message"))
    return "", ""
