"""Identifiers that must never link nor come back: kept as salted hashes, so that the list itself tells nothing.

One SHA-256 per line, of the salt, the kind of identifier and its value in normal form. Whoever asks to be
forgotten is forgotten by every later load too: such a value is dropped before anything else sees it.
"""

import hashlib
from pathlib import Path

from identity import contactpoints as points
from identity.config import Config

KINDS = ("email", "phone", "account", "url", "external_id")


class SuppressionError(ValueError):
    """An identifier that cannot be suppressed; the message says what to do, never the value."""


def digest(salt: str, kind: str, value: str) -> str:
    """Returns the hash under which an identifier in normal form is listed."""
    return hashlib.sha256(f"{salt}\x1f{kind}\x1f{value}".encode()).hexdigest()


def read(config: Config) -> frozenset[str]:
    """Returns the listed hashes, none where no list is configured or written yet."""
    if not config.suppressed or not Path(config.suppressed).exists():
        return frozenset()
    return frozenset(Path(config.suppressed).read_text("utf-8").split())


def suppress(config: Config, kind: str, raw: str) -> str:
    """Lists an identifier and returns its hash; the next run drops it wherever it stands.

    Args:
        config: Names the list and the salt.
        kind: One of KINDS; an account is written `platform:handle`.
        raw: The identifier as anybody may write it.

    Raises:
        SuppressionError: No list or salt is configured, or the value is no such identifier.
    """
    if not config.suppressed or not config.salt:
        raise SuppressionError(
            "identity suppress: name the list and a secret in hub.yaml,"
            " `identity: {suppressed: suppressed.txt, salt: ${TESSERA_SALT}}`"
        )
    value = _normal(kind, raw, config.country)
    if value is None:
        raise SuppressionError(
            f"identity suppress: this is no {kind}; the kinds are {', '.join(KINDS)},"
            " an account is written platform:handle"
        )
    found = digest(config.salt, kind, value)
    if found not in read(config):
        path = Path(config.suppressed)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(found + "\n")
    return found


def _normal(kind: str, raw: str, country: str | None) -> str | None:
    if kind == "email":
        made = points.email(raw)
        return made.value if made else None
    if kind == "phone":
        made = points.phone(raw, country)
        return made.value if made else None
    if kind == "url":
        link = points.link(raw)
        return link.url if link and not link.platform else None
    if kind == "account":
        platform, _, name = raw.partition(":")
        handle = points.handle(platform, name) if name else None
        return f"{platform}:{handle}" if handle else None
    return raw.strip().lower() or None if kind == "external_id" else None
