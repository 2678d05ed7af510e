"""From text to the types that the configuration declares; what does not fit is said, not bent."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from connectors.tap_base.errors import TapError

Cast = Callable[[str], Any]

INTEGER = re.compile(r"[+-]?\d+")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
TRUTH = {"true": True, "t": True, "yes": True, "y": True, "1": True}
TRUTH |= {"false": False, "f": False, "no": False, "n": False, "0": False}

SCHEMAS: dict[str, dict[str, Any]] = {
    "string": {"type": ["string", "null"]},
    "integer": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "decimal": {"type": ["number", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
    "time": {"type": ["string", "null"], "format": "time"},
    "date-time": {"type": ["string", "null"], "format": "date-time"},
}


def integer(text: str) -> int:
    """Read an integer of any size."""
    if not INTEGER.fullmatch(text):
        raise ValueError
    return int(text)


def number(text: str) -> Decimal:
    """Read a decimal number, exactly."""
    if not NUMBER.fullmatch(text):
        raise ValueError
    return Decimal(text)


def boolean(text: str) -> bool:
    """Read true, t, yes, y, 1 and their opposites."""
    try:
        return TRUTH[text.lower()]
    except KeyError:
        raise ValueError from None


def _date(pattern: str) -> Cast:
    if pattern:
        return lambda text: datetime.strptime(text, pattern).date().isoformat()
    return lambda text: date.fromisoformat(text).isoformat()


def _time(pattern: str) -> Cast:
    if pattern:
        return lambda text: datetime.strptime(text, pattern).time().isoformat()
    return lambda text: time.fromisoformat(text).isoformat()


def _instant(pattern: str) -> Cast:
    def read(text: str) -> str:
        told = datetime.strptime(text, pattern) if pattern else datetime.fromisoformat(text)
        aware = told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
        return aware.isoformat(timespec="microseconds")

    return read


def read_type(told: str, column: str) -> tuple[dict[str, Any], Cast | None]:
    """Read one entry of `types`.

    Args:
        told: A type's name, after a colon a strptime pattern (dates, times) or a decimal's scale.
        column: The column, for the error.

    Returns:
        The column's JSON schema, and what turns its text into a value; None for text.

    Raises:
        TapError: A type nobody knows.
    """
    name, _, pattern = told.partition(":")
    casts: dict[str, Cast | None] = {
        "string": None,
        "integer": integer,
        "number": number,
        "boolean": boolean,
        "decimal": number,
        "date": _date(pattern),
        "time": _time(pattern),
        "date-time": _instant(pattern),
    }
    if name not in casts:
        fix = f"use one of {', '.join(casts)}"
        raise TapError(f"'types' gives column '{column}' the unknown type '{name}'", fix)
    if name == "decimal":
        if not pattern.isdecimal() or int(pattern) > 37:
            raise TapError(f"'types' gives column '{column}' no scale", "write it as decimal:2")
        step = float(Decimal(1).scaleb(-int(pattern)))
        return {**SCHEMAS[name], "multipleOf": step}, number
    return SCHEMAS[name], casts[name]
