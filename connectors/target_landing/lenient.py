"""Lines that strict JSON refuses but that are Singer messages all the same.

A record with NaN, a lone surrogate or bytes that are not UTF-8 belongs in the quarantine, whole
and with its reason; it must not stop everything behind it.
"""

import json
import re
from typing import Any

from msgspec import Raw

from connectors.target_landing.decoding import Line

_RECORD = re.compile(r'"record"\s*:\s*')
_DECODER = json.JSONDecoder()


def lenient_line(text: bytes) -> Line | None:
    """Read a line as Python's lenient JSON reader does.

    Returns:
        The message, its record as the exact bytes that came; None if it is no message, or one
        whose other parts cannot be trusted.
    """
    whole = text.decode("utf-8", "surrogateescape")
    try:
        message = json.loads(whole)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return None
    if message["type"] != "RECORD" or not isinstance(message.get("stream"), str):
        return None
    record = _record_text(whole)
    if record is None:
        return None
    return Line(
        type="RECORD",
        stream=message["stream"],
        record=Raw(record.encode("utf-8", "surrogateescape")),
        version=_or_none(message.get("version"), int),
        time_extracted=_or_none(message.get("time_extracted"), str),
    )


def _record_text(whole: str) -> str | None:
    for match in _RECORD.finditer(whole):
        try:
            _, end = _DECODER.raw_decode(whole, match.end())
        except ValueError:
            continue
        return whole[match.end() : end]
    return None


def _or_none(value: Any, kind: type) -> Any:
    return value if isinstance(value, kind) and not isinstance(value, bool) else None
