"""Identifiers that must never link nor come back: kept as salted hashes, so that the list itself tells nothing.

One SHA-256 per line, of the salt, the kind of identifier and its value in normal form. Whoever asks to be
forgotten is forgotten by every later load too: such a value is dropped before anything else sees it.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from identity import contactpoints as points
from identity.config import Config
from identity.ladder import IdentityError

Identifier = tuple[str, str]
"""Kind and value in normal form."""
KINDS = ("email", "phone", "account", "url", "external_id")


class SuppressionError(IdentityError):
    """An identifier that cannot be suppressed; the message says what to do, never the value."""


def secret(config: Config) -> str:
    """Returns the salt; `${NAME}` is looked up when it is needed, so that the secret stands in no file.

    Raises:
        SuppressionError: The environment does not have it.
    """
    named = re.fullmatch(r"\$\{(\w+)\}", config.salt)
    if not named:
        return config.salt
    if found := os.environ.get(named[1]):
        return found
    raise SuppressionError(
        f"identity: suppressed identifiers are told by a salt, and environment variable {named[1]} is not set;"
        f" export {named[1]}=…"
    )


def digest(salt: str, kind: str, value: str) -> str:
    """Returns the hash under which an identifier in normal form is listed."""
    return hashlib.sha256(f"{salt}\x1f{kind}\x1f{value}".encode()).hexdigest()


def read(config: Config) -> frozenset[str]:
    """Returns the listed hashes, none where no list is configured or written yet.

    Raises:
        SuppressionError: The list was made with another salt, so that nobody on it would be recognised.
    """
    if not config.suppressed or not Path(config.suppressed).exists():
        return frozenset()
    listed = frozenset(Path(config.suppressed).read_text("utf-8").split())
    if listed and _proof(secret(config)) not in listed:
        raise SuppressionError(
            f"identity: {config.suppressed} was not made with this salt, and what it lists would come back;"
            " give the salt it was made with, or list its identifiers anew"
        )
    return listed


def _proof(salt: str) -> str:
    """Returns the first line of a list: it tells whether a salt is the one the list was made with."""
    return digest(salt, "salt", "")


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
    identifier = _normal(kind, raw, config.country)
    if identifier is None:
        raise SuppressionError(
            f"identity suppress: this is no {kind}; the kinds are {', '.join(KINDS)},"
            " an account is written platform:handle"
        )
    salt = secret(config)
    found, listed = digest(salt, *identifier), read(config)
    if found not in listed:
        path = Path(config.suppressed)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in (_proof(salt), found) if line not in listed)
    return found


def without(
    row: dict[str, Any], gone: Iterable[Identifier], country: str | None
) -> tuple[dict[str, Any], list[Identifier]]:
    """Returns a contact without its suppressed identifiers, and marks of what it said of them.

    Args:
        row: A contact.
        gone: Those of its identifiers that are suppressed.
        country: Where its phone numbers are at home.

    Returns:
        The contact, and (kind, MD5 of the value as it was written): by these the marts leave it out too.
    """
    hidden, said = set(gone), list[Identifier]()

    def kept(kind: str, raw: Any, normal: Callable[[str], Identifier | None], text: str) -> bool:
        found = bool(raw) and normal(raw) in hidden
        if found:
            said.append((kind, hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()))
        return not found

    def those(kind: str, column: str, normal: Callable[[str], Identifier | None]) -> list[str]:
        given = row[column] or ()
        return [raw for raw in given if kept(kind, raw, normal, (raw or "").strip(" ").lower())]

    def is_account(platform: str | None, name: str | None) -> bool:
        text = f"{platform}:{(name or '').lstrip('@')}".lower()
        return kept("handle", name, lambda raw: _account(platform, raw), text)

    out = row | {
        "emails": those("email", "emails", lambda raw: _point("email", points.email(raw))),
        "phones": those("phone", "phones", lambda raw: _point("phone", points.phone(raw, country))),
        "links": those("link", "links", _link),
        "handles": [
            h for h in row["handles"] or () if h and is_account(h["platform"], h["handle"])
        ],
    }
    if row["profile_url"] and _link(row["profile_url"]) in hidden:
        out["profile_url"] = None
    if not is_account(row["platform"], row["handle"]):
        out["handle"] = None
    return out, said


def _point(kind: str, made: points.Point | None) -> Identifier | None:
    return (kind, made.value) if made else None


def _account(platform: str | None, raw: str) -> Identifier | None:
    name = points.handle(platform, raw)
    return ("account", f"{platform}:{name}") if name else None


def _link(raw: str) -> Identifier | None:
    made = points.link(raw)
    if made is None or not made.platform:
        return ("url", made.url) if made else None
    return "account", f"{made.platform}:{'id:' if made.stable else ''}{made.handle}"


def _normal(kind: str, raw: str, country: str | None) -> Identifier | None:
    if kind == "email":
        return _point(kind, points.email(raw))
    if kind == "phone":
        return _point(kind, points.phone(raw, country))
    if kind == "url":
        made = _link(raw)
        return made if made and made[0] == kind else None
    if kind == "account":
        platform, _, name = raw.partition(":")
        return _account(platform, name) if name else None
    value = raw.strip().lower()
    return (kind, value) if kind == "external_id" and value else None
