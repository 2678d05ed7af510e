"""Logins of people, by the same tokens as programs; each with its own secret against forgery."""

import hmac
import secrets
import time

import msgspec

from serving.api.guard import Guard, RefusedError
from serving.tokens import Token

COOKIE = "tessera_session"
_IDLE = 8 * 3600.0  # seconds
_MOST = 1_000


class Session(msgspec.Struct):
    """One login.

    Attributes:
        secret: The token that was given; asked anew with each request, so that revoking it works.
        forgery: What a form must bring along.
        used: When it was last used, monotonic seconds.
        flash: What the next page tells once.
        last: The decision that `u` takes back: the fields of its form.
    """

    secret: str
    forgery: str
    used: float
    flash: str = ""
    last: dict[str, str] | None = None


class Sessions:
    """Who is logged in; forgotten when the server stops."""

    def __init__(self, guard: Guard) -> None:
        """Nobody is."""
        self._guard = guard
        self._open: dict[str, Session] = {}

    def log_in(self, secret: str) -> str:
        """Opens a session for an operator's token; returns what its cookie holds.

        Raises:
            RefusedError: the token opens no pages.
        """
        token = self._guard.admit(secret, "profiles")
        if token.audience != "operator":
            raise RefusedError(403, "pages show personal data; this token is an analyst's")
        now = time.monotonic()
        for name in [n for n, s in self._open.items() if now - s.used > _IDLE]:
            del self._open[name]
        while len(self._open) >= _MOST:
            del self._open[min(self._open, key=lambda n: self._open[n].used)]
        name = secrets.token_urlsafe(32)
        self._open[name] = Session(secret, secrets.token_urlsafe(32), now)
        return name

    def find(self, cookie: str | None, scope: str = "profiles") -> tuple[Session, Token] | None:
        """The session behind a cookie, and its token; None when there is none any more.

        Raises:
            RefusedError: its token lacks the scope or asks too often.
        """
        session = self._open.get(cookie or "")
        now = time.monotonic()
        if session is None or now - session.used > _IDLE:
            return None
        try:
            token = self._guard.admit(session.secret, scope)
        except RefusedError as error:
            if error.status == 401:
                return None
            raise
        session.used = now
        return session, token

    def log_out(self, cookie: str | None) -> None:
        """Ends a session."""
        self._open.pop(cookie or "", None)


def forged(session: Session, brought: object) -> bool:
    """Whether a form did not come from a page of this session."""
    return not hmac.compare_digest(session.forgery.encode(), str(brought).encode())
