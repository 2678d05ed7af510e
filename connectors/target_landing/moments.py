"""Dates and times as text into the one form that casts exactly, or the reason why not."""

import datetime as dt
import re

from connectors.target_landing.faults import Fault, TooWideError

_DATE = r"\d{4}-\d\d-\d\d"
_CLOCK = r"\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?"
_INSTANT = re.compile(rf"({_DATE})(?:[Tt ]({_CLOCK}) ?([Zz]|[+-]\d\d(?::?\d\d)?)?)?")
_TIME = re.compile(rf"({_CLOCK})([Zz]|[+-]\d\d:?\d\d)?")


def instant(name: str, text: str) -> str:
    """A date-time in the one form that casts at native speed: `…T….ffffff+00:00`."""
    match = _INSTANT.fullmatch(text.strip())
    if not match:
        raise Fault("date_time_format", name)
    day, clock, offset = match.groups()
    clock = (clock or "00:00").replace(",", ".")
    whole, _, fraction = clock.partition(".")
    if fraction.rstrip("0")[6:] or whole.endswith(":60"):
        raise TooWideError("VARCHAR")
    offset = "+00:00" if offset in (None, "Z", "z") else offset
    try:
        moment = dt.datetime.fromisoformat(
            f"{day}T{whole}.{fraction[:6]:0<6}{offset}"
            if whole.count(":") == 2
            else f"{day}T{whole}{offset}"
        )
        moment = moment.astimezone(dt.UTC)
    except ValueError:
        raise Fault("date_time_format", name) from None
    except OverflowError:
        raise TooWideError("VARCHAR") from None
    return moment.isoformat(timespec="microseconds")


def clock_time(name: str, text: str) -> str:
    """A time of day in the one form that casts at native speed."""
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise Fault("time_format", name)
    clock = match[1].replace(",", ".")
    whole, _, fraction = clock.partition(".")
    if match[2] or fraction.rstrip("0")[6:] or whole.endswith(":60"):
        raise TooWideError("VARCHAR")  # a TIME column has neither zone nor nanoseconds
    try:
        return dt.time.fromisoformat(
            f"{whole}.{fraction[:6]:0<6}" if fraction else whole
        ).isoformat(timespec="microseconds")
    except ValueError:
        raise Fault("time_format", name) from None
