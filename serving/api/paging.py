"""Pages of a timeline."""

import base64
from typing import Any

import msgspec

from serving.api.guard import RefusedError


def next_page(rows: list[dict[str, Any]]) -> str:
    """Where the page after these rows begins."""
    last = rows[-1]
    place = [last["occurred_at"] or "0001-01-01", f"{last['type']}{last['source']}{last['id']}"]
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode()


def page_start(given: str | None) -> tuple[str | None, str]:
    """What `next_page` said, read back.

    Raises:
        RefusedError: it said something else.
    """
    if given is None:
        return None, ""
    try:
        at, last = msgspec.json.decode(base64.urlsafe_b64decode(given), type=tuple[str, str])
    except (ValueError, msgspec.DecodeError):
        raise RefusedError(400, "before: give what an earlier page called next") from None
    return at, last


def page_size(given: str) -> int:
    """How many entries were asked for.

    Raises:
        RefusedError: more than there may be, or no number.
    """
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= 200:
        raise RefusedError(400, "limit: a number from 1 to 200")
    return int(given)
