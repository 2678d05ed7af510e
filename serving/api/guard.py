"""Who may ask what and how often; and the record of who read whom."""

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
        self._second, self._moment = -1, b""
        self._who: dict[tuple[str, str], bytes] = {}

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
        now = time.time()
        if int(now) != self._second:
            self._turn_to(int(now))
        read = list(customers)
        who = self._who.get((token.token_id, what)) or self._introduced(token, what)
        line = b'{"at":"%b.%06d+00:00",%b,"customers":%b,"generation":%b}\n' % (
            self._moment,
            now % 1 * 1_000_000,
            who,
            _encode(read),
            _encode(generation),
        )
        os.write(self._file, line)

    def _introduced(self, token: Token, what: str) -> bytes:
        if len(self._who) > 1_000:
            self._who.clear()
        held = (token.token_id, token.name, token.audience)
        said = dict(zip(("token", "who", "audience"), held, strict=True)) | {"what": what}
        self._who[token.token_id, what] = _encode(said)[1:-1]
        return self._who[token.token_id, what]

    def _turn_to(self, second: int) -> None:
        """Once a second: the moment as text, and the file of its day."""
        moment = datetime.fromtimestamp(second, UTC).isoformat()[:19]
        if moment[:10] != self._day:
            self._open(moment[:10])
        self._second, self._moment = second, moment.encode()

    def _open(self, day: str) -> None:
        if self._file >= 0:
            os.close(self._file)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(self._folder / f"{day}.jsonl", flags, 0o600)
        self._day = day


_encode = msgspec.json.Encoder().encode


def bearer(header: str | None) -> str | None:
    """The secret in an Authorization header."""
    if header is None or header[:7].lower() != "bearer ":
        return None
    return header[7:].strip()
