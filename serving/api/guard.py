"""Who may ask what and how often; and the record of who read whom."""

import functools
import os
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from serving.tokens import Register, Token

_BURST = 10  # seconds' worth of requests that may come at once


class RefusedError(Exception):
    """An answer other than 200.

    Attributes:
        status: HTTP status.
        sentence: what is wrong and what to do; never repeats what was sent.
        headers: HTTP headers of the answer.
    """

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        """An answer with a sentence."""
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers or {}


class Guard:
    """Admits callers by their tokens."""

    def __init__(self, home: Path) -> None:
        """Reads tokens from the home and writes the audit into its logs."""
        self._register = Register(home)
        self._budgets: dict[str, tuple[float, float]] = {}
        self._folder = home / "logs" / "access"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._day, self._file = "", -1

    def admit(self, secret: str | None, scope: str) -> Token:
        """The caller behind a secret.

        Raises:
            RefusedError: 401 unknown or closed token, 403 wrong scope, 429 too many requests.
        """
        token = self._register.holder(secret) if secret else None
        if token is None:
            why = "send a valid token: Authorization: Bearer …"
            raise RefusedError(401, why, {"www-authenticate": "Bearer"})
        if scope not in token.scopes:
            raise RefusedError(403, f"this token has no scope {scope}")
        self._spend(token)
        return token

    def _spend(self, token: Token) -> None:
        now = time.monotonic()
        most = token.per_second * _BURST
        left, at = self._budgets.get(token.token_id, (most, now))
        left = min(most, left + (now - at) * token.per_second) - 1
        if left < 0:
            wait = max(1, round(-left / token.per_second))
            raise RefusedError(429, "too many requests for this token", {"retry-after": str(wait)})
        self._budgets[token.token_id] = (left, now)

    def note(self, token: Token, what: str, customers: Iterable[str], generation: str) -> None:
        """Writes down who read whom; one line, in one write, before the answer goes out."""
        now = datetime.now(UTC).isoformat()
        if now[:10] != self._day:
            self._turn_to(now[:10])
        line = b'{"at":"%b",%b,"customers":%b,"generation":%b}\n' % (
            now.encode(),
            _who(token, what),
            _encode(list(customers)),
            _encode(generation),
        )
        os.write(self._file, line)

    def _turn_to(self, day: str) -> None:
        if self._file >= 0:
            os.close(self._file)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(self._folder / f"{day}.jsonl", flags, 0o600)
        self._day = day


_encode = msgspec.json.Encoder().encode


@functools.lru_cache(maxsize=1000)
def _who(token: Token, what: str) -> bytes:
    said = {"token": token.token_id, "who": token.name, "audience": token.audience, "what": what}
    return _encode(said)[1:-1]


def bearer(header: str | None) -> str | None:
    """The secret in an Authorization header."""
    if header is None or header[:7].lower() != "bearer ":
        return None
    return header[7:].strip()
