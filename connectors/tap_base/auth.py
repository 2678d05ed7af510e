"""Ways to say who we are. A token is refreshed once when refused; then a person must act."""

import base64
import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.tap_base.errors import AuthorisationError
from connectors.tap_base.instants import Clock, instant, written

Ask = Callable[[str, Mapping[str, str]], Mapping[str, Any]]
"""Posts a form to a URL without our credentials and returns the JSON object answered."""


class Auth:
    """Credentials that never change; also what a source without credentials uses."""

    expires_at: datetime | None = None

    def __init__(
        self,
        headers: Mapping[str, str] | None = None,
        *,
        params: Mapping[str, str] | None = None,
        how: str = "check the credentials in the source's configuration",
    ) -> None:
        """Keep what every request carries.

        Args:
            headers: Headers with the credentials.
            params: Query parameters with the credentials; they appear in no log.
            how: How to authorise again, as the end of a sentence.
        """
        self._headers, self._params, self.how = dict(headers or {}), dict(params or {}), how

    def headers(self) -> Mapping[str, str]:
        """Return the headers that authorise a request."""
        return self._headers

    def params(self) -> Mapping[str, str]:
        """Return the query parameters that authorise a request."""
        return self._params

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Get fresh credentials after a refusal.

        Args:
            refused: The headers that were refused; another thread may have renewed since.

        Returns:
            True where it is worth asking again.
        """
        return self.headers() != refused


def bearer(token: str, *, how: str) -> Auth:
    """Authorise by a fixed bearer token."""
    return Auth({"Authorization": f"Bearer {token}"}, how=how)


def basic(user: str, password: str, *, how: str) -> Auth:
    """Authorise by user and password (or application password)."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Auth({"Authorization": f"Basic {pair}"}, how=how)


def refreshing(config: Mapping[str, Any]) -> Mapping[str, str]:
    """The form of OAuth 2's refresh grant of an app with a secret (RFC 6749, section 6)."""
    names = ("client_id", "client_secret", "refresh_token")
    return {"grant_type": "refresh_token", **{name: config[name] for name in names}}


class TokenAuth(Auth):
    """A token obtained from the source: OAuth 2 grants, sessions. Renewed when refused or old.

    A room with another way than OAuth 2 overrides `obtain`.
    """

    def __init__(  # noqa: D417
        self,
        ask: Ask,
        *,
        url: str,
        form: Callable[[], Mapping[str, str]],
        identity: str = "",
        cache: str | None = None,
        clock: Clock | None = None,
        scheme: str = "Bearer",
        how: str,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            ask: The client's way to post a form.
            url: The token endpoint, absolute.
            form: Makes the grant's form: called anew each time, for assertions that age.
            identity: What tells this configuration's credentials from others: the cache of
                other ones is not used. Only its hash is kept.
            cache: A file (made readable by its owner only) that keeps token and rotated refresh
                token between runs, or None.
            scheme: What stands before the token in `Authorization`.
            how: How to authorise again, as the end of a sentence.
        """
        super().__init__(how=how)
        self._ask, self._url, self._form, self._scheme = ask, url, form, scheme
        self._clock = clock or Clock()
        self._lock = threading.Lock()
        self._of = hashlib.sha256(f"{url} {identity}".encode()).hexdigest()
        self._cache = Path(cache).expanduser() if cache else None
        self._token: dict[str, Any] = self._load()

    def headers(self) -> Mapping[str, str]:
        """Return the header with a token, obtaining one where there is none or it is old."""
        with self._lock:
            soon = self._clock.now() + timedelta(seconds=60)
            expires = instant(self._token.get("expires_at"))
            if "access_token" not in self._token or (expires and expires < soon):
                self._renew()
            return {"Authorization": f"{self._scheme} {self._token['access_token']}"}

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Obtain another token, unless another thread just did."""
        with self._lock:
            held = f"{self._scheme} {self._token.get('access_token')}"
            if held == refused.get("Authorization"):
                self._renew()
        return True

    def obtain(self, token: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask for a token.

        Args:
            token: What is held: `refresh_token` may be in it.

        Returns:
            At least `access_token`; `expires_in` (s) and `refresh_token` where given.
        """
        form = dict(self._form())
        if form.get("grant_type") == "refresh_token" and token.get("refresh_token"):
            form["refresh_token"] = token["refresh_token"]  # rotated since it was configured
        return self._ask(self._url, form)

    def _renew(self) -> None:
        got = dict(self.obtain(self._token))
        if not got.get("access_token"):
            raise AuthorisationError("the source gives us no token", f"authorise again: {self.how}")
        if "expires_in" in got:
            until = self._clock.now() + timedelta(seconds=float(got["expires_in"]))
            got["expires_at"] = written(until)
        self._token = {**self._token, **got}
        self._save()

    def _load(self) -> dict[str, Any]:
        if self._cache is not None:
            with suppress(OSError, ValueError):
                kept: dict[str, Any] = json.loads(self._cache.read_text("utf-8"))
                return kept if kept.get("of") == self._of else {}
        return {}

    def _save(self) -> None:
        if self._cache is None:
            return
        self._cache.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self._cache.parent)  # mkstemp makes it 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({**self._token, "of": self._of}, file)
        Path(name).replace(self._cache)
