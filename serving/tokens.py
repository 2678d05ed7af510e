"""Who may ask: tokens with an audience, scopes, a rate and an end; only their hashes are kept.

They lie in `<home>/serving/tokens.sqlite`. A token is shown once, when it is made. A running server
notices a new or revoked token with the next request.
"""

import contextlib
import hashlib
import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

AUDIENCES = ("operator", "analyst")
SCOPES = ("profiles", "timeline", "why", "decide")
PREFIX = "tessera_"

_SCHEMA = """
    create table if not exists tokens (
        token_id text primary key, hash text not null unique, name text not null,
        audience text not null, scopes text not null, per_second real not null,
        created_at text not null, expires_at text, revoked_at text
    )
"""


class TokenError(ValueError):
    """A token that cannot be made or found; says what to do."""


class Token(msgspec.Struct, frozen=True):
    """What is known of a token; the secret itself is not.

    Attributes:
        token_id: Names it in the audit and when it is revoked.
        name: Who or what holds it.
        audience: operator (all fields) or analyst (no personal ones).
        scopes: What it may ask for.
        per_second: Requests a second that it may make on average; bursts of ten seconds' worth.
        created_at, expires_at, revoked_at: ISO 8601, UTC.
    """

    token_id: str
    name: str
    audience: str
    scopes: frozenset[str]
    per_second: float
    created_at: str
    expires_at: str | None = None
    revoked_at: str | None = None


def issue(
    home: Path,
    name: str,
    audience: str = "operator",
    scopes: Iterable[str] = SCOPES,
    *,
    per_second: float = 100,
    days: float | None = None,
) -> tuple[str, Token]:
    """Makes a token.

    Returns:
        The secret, which nobody can ever be told again, and what is known of it.

    Raises:
        TokenError: an audience, scope or name that there is not.
    """
    wanted = frozenset(scopes)
    if audience not in AUDIENCES:
        raise TokenError(f"audience: one of {', '.join(AUDIENCES)}")
    if not wanted or not wanted <= set(SCOPES):
        raise TokenError(f"scopes: some of {', '.join(SCOPES)}")
    if not name.strip() or per_second <= 0:
        raise TokenError("a token needs a name and a rate above 0")
    if audience == "analyst":
        wanted -= {"why", "decide"}  # Both show what ties people together, which is personal.
    now = datetime.now(UTC)
    token = Token(
        token_id=secrets.token_hex(4),
        name=name.strip(),
        audience=audience,
        scopes=wanted,
        per_second=per_second,
        created_at=now.isoformat(),
        expires_at=None if days is None else (now + timedelta(days=days)).isoformat(),
    )
    secret = PREFIX + secrets.token_urlsafe(32)
    with _opened(home) as store:
        row = {**msgspec.to_builtins(token), "scopes": " ".join(sorted(wanted))}
        store.execute(
            "insert into tokens values (:token_id, :hash, :name, :audience, :scopes, :per_second, "
            ":created_at, :expires_at, :revoked_at)",
            row | {"hash": _hash(secret)},
        )
    return secret, token


def revoke(home: Path, token_id: str) -> None:
    """Closes a token from the next request on.

    Raises:
        TokenError: there is no such token.
    """
    with _opened(home) as store:
        changed = store.execute(
            "update tokens set revoked_at = coalesce(revoked_at, ?) where token_id = ?",
            [datetime.now(UTC).isoformat(), token_id],
        )
        if not changed.rowcount:
            raise TokenError(f"there is no token {token_id}; `tessera tokens list` shows them")


def all_tokens(home: Path) -> list[Token]:
    """All tokens, oldest first."""
    with _opened(home) as store:
        rows = store.execute("select * from tokens order by created_at").fetchall()
    return [_token(row) for row in rows]


class Register:
    """The tokens as a server asks them: remembered for a second, or until the file changes."""

    def __init__(self, home: Path) -> None:
        """Reads the file, making it where there is none."""
        with _opened(home):
            pass
        self._home = home
        self._file = -1
        self._stamp = (0, 0)
        self._until = 0.0
        self._known: dict[str, Token] = {}
        self._seen: dict[str, Token] = {}  # By the secret itself: hashing it costs as much again.

    def holder(self, secret: str) -> Token | None:
        """The token with this secret, if it is valid now."""
        now = time.monotonic()
        if now > self._until:
            self._open()
        state = os.fstat(self._file)  # With each request: a path would have to be walked.
        stamp = (state.st_mtime_ns, state.st_size)
        if stamp != self._stamp or now > self._until:
            self._read(stamp, now)
        token = self._seen.get(secret)
        if token is None:
            token = self._known.get(_hash(secret))
            if token is not None:
                self._seen[secret] = token
        return token

    def _open(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = os.open(_path(self._home), os.O_RDONLY)

    def _read(self, stamp: tuple[int, int], now: float) -> None:
        moment = datetime.now(UTC).isoformat()
        with _opened(self._home) as store:
            rows = store.execute(
                "select * from tokens where revoked_at is null "
                "and (expires_at is null or expires_at > ?)",
                [moment],
            ).fetchall()
        self._known = {row[1]: _token(row) for row in rows}
        self._seen.clear()
        self._stamp, self._until = stamp, now + 1


def _token(row: tuple[str, ...]) -> Token:
    token_id, _, name, audience, scopes, per_second, created_at, expires_at, revoked_at = row
    return Token(
        token_id,
        name,
        audience,
        frozenset(scopes.split()),
        float(per_second),
        created_at,
        expires_at,
        revoked_at,
    )


def _hash(secret: str) -> str:
    # 256 random bits need no salt and no slow hash.
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _path(home: Path) -> Path:
    return home / "serving" / "tokens.sqlite"


@contextlib.contextmanager
def _opened(home: Path) -> Iterator[sqlite3.Connection]:
    path = _path(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as store:
        store.execute(_SCHEMA)
        with store:
            yield store
