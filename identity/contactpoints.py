"""E-mail addresses, phone numbers and web addresses in one normal form each; junk is None.

The libraries know the rules (phonenumbers, email-validator, tldextract with its bundled list); the fast
paths before them only skip what could not come out differently. They are imported when first needed: a run
with nothing new needs none of them.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from identity.vocabulary import words

_PLAIN_EMAIL = re.compile(
    r"[a-z0-9](?:[a-z0-9_+-]|\.(?!\.))*(?<!\.)@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"
)
_DESK = re.compile(r"[.\-_+\d@]")
_GMAIL = {"gmail.com", "googlemail.com"}
# Numbers of the North American plan have one form; the library would say the same, thirty times slower.
_NANP = {"US", "CA"}
_NANP_NUMBER = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
_NOT_DIGITS = re.compile(r"\D")
_LETTER = re.compile(r"[A-Za-z]")
_INDEX = re.compile(r"/(index|home|default)(\.\w+)?$")


@dataclass(frozen=True)
class Point:
    """An e-mail address or phone number in normal form; `blocked` says why it must not link."""

    value: str
    blocked: str = ""


@dataclass(frozen=True)
class Link:
    """A web address: a profile on a network (platform, handle) or a site (host, path)."""

    url: str
    host: str
    label: str
    platform: str | None = None
    handle: str | None = None
    stable: bool = False


@cache
def _junk(kind: str) -> tuple[frozenset[str], re.Pattern[str] | None]:
    listed = words("junk")[kind]
    patterns = "|".join(f"(?:{p})" for p in listed.get("patterns", []))
    return frozenset(map(str, listed.get("values", []))), re.compile(patterns) if patterns else None


@cache
def _roles() -> frozenset[str]:
    return frozenset(words("junk")["emails"]["roles"])


def email(raw: str) -> Point | None:
    """Returns the address in its normal form, or None for what is no address."""
    text = raw.strip().lower().removeprefix("mailto:").strip("<>")
    if not _PLAIN_EMAIL.fullmatch(text):
        from email_validator import EmailNotValidError, validate_email

        try:
            text = validate_email(text, check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            return None
    local, _, domain = text.rpartition("@")
    if domain in _GMAIL:
        text = f"{local.partition('+')[0].replace('.', '')}@gmail.com"
    values, pattern = _junk("emails")
    if text in values:
        return Point(text, "list")
    if pattern and pattern.search(text):
        return Point(text, "pattern")
    return Point(text, "desk" if _DESK.split(text, maxsplit=1)[0] in _roles() else "")


def phone(raw: str, country: str | None = None) -> Point | None:
    """Returns the number as E.164, or None for what is no number.

    Args:
        raw: The number as written.
        country: ISO code of the country whose national form is meant where no prefix says so.
    """
    text = raw.strip()
    if country in _NANP:
        digits = _NOT_DIGITS.sub("", text)
        if len(digits) == 11 and digits[0] == "1":
            digits = digits[1:]
        if (
            _NANP_NUMBER.fullmatch(digits)
            and not _LETTER.search(text)
            and text.count("+") == (text[0] == "+")
        ):
            _, pattern = _junk("phones")
            return Point("+1" + digits, "pattern" if pattern and pattern.search(digits) else "")
    if text.startswith("00"):
        text = "+" + text[2:]
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    national = str(number.national_number)
    _, pattern = _junk("phones")
    extension = f";ext={number.extension}" if number.extension else ""
    junk = "pattern" if pattern and pattern.search(national) else ""
    return Point(f"+{number.country_code}{national}{extension}", junk)


@cache
def _extractor() -> Any:
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@cache
def _profile_hosts() -> dict[str, str]:
    return {h: name for name, p in words("platforms").items() for h in p["hosts"]}


@cache
def _shared_hosts() -> frozenset[str]:
    return frozenset(words("junk")["links"]["hosts"])


def link(raw: str) -> Link | None:
    """Returns a web address in canonical form; tracking parameters, scheme and `www` are dropped."""
    text = raw.strip()
    if not text or " " in text or "." not in text:
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    host = re.sub(r"^(www?\d?)\.", "", host)
    if "." not in host:
        return None
    path = _INDEX.sub("", unquote(parts.path).rstrip("/")).rstrip("/")
    platform = _profile_hosts().get(host)
    if platform:
        handle, stable = _profile(platform, path, parts.query)
        return Link(f"{host}{path}".lower(), host, "", platform, handle, stable) if handle else None
    if re.fullmatch(r"/@[\w.-]+", path):  # the fediverse: any host, one shape of address
        return Link(f"{host}{path}".lower(), host, "", "mastodon", f"{path[2:]}@{host}".lower())
    if host in _shared_hosts():
        return None
    registered = _extractor()(host)
    return Link(f"{host}{path}".lower(), host, registered.domain)


def _profile(platform: str, path: str, query: str) -> tuple[str | None, bool]:
    rules = words("platforms")[platform]
    bare = path.strip("/")
    for stable in rules.get("stable", []):
        if bare.startswith(stable):
            rest = bare[len(stable) :].strip("/") or parse_qs(query).get("id", [""])[0]
            return (rest or None), True
    pieces = [p for p in bare.split("/") if p]
    if pieces and pieces[0].lower() in rules.get("prefixes", []):
        pieces = pieces[1:]
    return (handle(platform, pieces[0]) if pieces else None), False


def handle(platform: str | None, raw: str) -> str | None:
    """Returns an account's name as its platform compares it, or the one inside a profile address."""
    text = raw.strip().lstrip("@").lower()
    if "/" in text:
        found = link(text)
        return found.handle if found and found.platform == platform else None
    return text.rstrip("/") or None
