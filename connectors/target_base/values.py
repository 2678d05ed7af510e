"""Values in one spelling, so that a CRM's reformatting is not a change.

`canonical` is for comparing only; what is sent is `outbound`.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import phonenumbers

KINDS = ("text", "email", "phone", "url", "number", "boolean", "date", "datetime", "list", "code")

_FORMULA = re.compile(r"^\s*(=|[+\-@\t\r].*[(|!])", re.DOTALL)
_TRUE = frozenset({"1", "true", "t", "yes", "y"})
_FALSE = frozenset({"0", "false", "f", "no", "n"})


def canonical(value: Any, kind: str = "text", region: str | None = None) -> str | None:
    """Return the one spelling of a value, or None where it says nothing.

    Args:
        value: As the hub or the CRM spells it.
        kind: One of `KINDS`.
        region: ISO country of phone numbers written without one.
    """
    if value is None or (value is False and kind not in {"boolean", "number"}):
        return None  # Odoo answers False for an empty text
    if isinstance(value, (list, tuple, set, frozenset)) or kind == "list":
        return _listed(value, region)
    text = _SPELLED.get(kind, _text)(value, region)
    return text or None


def outbound(value: Any, kind: str = "text") -> Any:
    """Return the value as it is sent: trimmed, and a formula made into plain text.

    A bio from a social network ends up in spreadsheets that people export from the CRM; text that
    a spreadsheet would run gets an apostrophe in front (`=HYPERLINK(...)` -> `'=HYPERLINK(...)`).
    """
    if isinstance(value, str):
        text = value.strip()
        return defused(text) if kind in {"text", "list"} else text or None
    if isinstance(value, (list, tuple)):
        return [outbound(part, kind) for part in value if part not in (None, "")] or None
    if isinstance(value, Mapping):
        return {name: outbound(part, kind) for name, part in value.items()}
    return value


def defused(text: str) -> str | None:
    """Return text that no spreadsheet takes for a formula; None when there is none."""
    return f"'{text}" if _FORMULA.match(text) else text or None


def same(left: Any, right: Any, kind: str = "text", region: str | None = None) -> bool:
    """Tell whether two spellings say the same."""
    return left == right or canonical(left, kind, region) == canonical(right, kind, region)


def _text(value: Any, _region: str | None) -> str:
    if isinstance(value, (dict, bool)):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").replace("\r", "\n")
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def _code(value: Any, region: str | None) -> str:
    return _text(value, region).casefold()


def _phone(value: Any, region: str | None) -> str:
    return _e164(str(value).strip(), region)


@lru_cache(maxsize=65536)
def _e164(text: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        digits = re.sub(r"\D", "", text)
        return digits or text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _url(value: Any, _region: str | None) -> str:
    text = re.sub(r"^https?://(www\.)?", "", str(value).strip(), flags=re.IGNORECASE).rstrip("/")
    host, slash, path = text.partition("/")
    return host.lower() + slash + path


def _number(value: Any, region: str | None) -> str:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return _text(value, region)
    if not number.is_finite():
        return str(number)
    return "0" if number == 0 else f"{number.normalize():f}"


def _boolean(value: Any, region: str | None) -> str:
    text = _text(value, region).casefold()
    return "true" if text in _TRUE else "false" if text in _FALSE else text


def _instant(value: Any, region: str | None) -> datetime | None:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day, tzinfo=UTC)
    else:
        text = _text(value, region)
        try:
            if re.fullmatch(r"\d{12,14}", text):  # milliseconds: HubSpot's spelling
                moment = datetime.fromtimestamp(int(text) / 1000, UTC)
            else:
                moment = datetime.fromisoformat(re.sub(r"([+-]\d{2})(\d{2})$", r"\1:\2", text))
        except ValueError:
            return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _date(value: Any, region: str | None) -> str:
    moment = _instant(value, region)
    return moment.date().isoformat() if moment else _text(value, region)


def _datetime(value: Any, region: str | None) -> str:
    moment = _instant(value, region)  # CRMs cut to seconds
    return moment.replace(microsecond=0).isoformat() if moment else _text(value, region)


def _listed(value: Any, region: str | None) -> str | None:
    parts = value if isinstance(value, (list, tuple, set, frozenset)) else str(value).split(";")
    known = sorted({_code(part, region) for part in parts if part is not None} - {""})
    return ";".join(known) or None


_SPELLED = {
    "text": _text,
    "email": _code,
    "code": _code,
    "phone": _phone,
    "url": _url,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
}
