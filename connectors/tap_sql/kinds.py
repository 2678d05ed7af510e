"""Which JSON Schema a column gets, and what few values need a hand on their way there.

Drivers already give exact values: integers, decimals, dates. What they do not is told here.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

Convert = Callable[[Any], Any]

TEXT: dict[str, Any] = {"type": ["string", "null"]}
INTEGER: dict[str, Any] = {"type": ["integer", "null"]}
ANY: dict[str, Any] = {"type": ["object", "array", "string", "number", "boolean", "null"]}
DECIMAL: dict[str, Any] = {**TEXT, "format": "singer.decimal"}
INSTANT: dict[str, Any] = {**TEXT, "format": "date-time"}
DAY: dict[str, Any] = {**TEXT, "format": "date"}
CLOCK: dict[str, Any] = {**TEXT, "format": "time"}
BYTES: dict[str, Any] = {**TEXT, "contentEncoding": "base64"}

MAX_DIGITS = 38


def decimal(precision: int | None, scale: int | None) -> dict[str, Any]:
    """Describe an exact number.

    Args:
        precision: Digits in all; None where the database sets no bound.
        scale: Digits after the point.

    Returns:
        A number with its step where the digits are known, an integer with bounds where none
        stands after the point, else a decimal written as text.
    """
    if precision is None or scale is None or not 0 <= scale < MAX_DIGITS or precision > MAX_DIGITS:
        return DECIMAL
    if scale == 0:
        bound = 10**precision
        return INTEGER if precision <= 18 else {**INTEGER, "minimum": -bound, "maximum": bound}
    return {"type": ["number", "null"], "multipleOf": float(f"1e-{scale}")}


def property_of(kind: sa.types.TypeEngine[Any]) -> dict[str, Any]:
    """Describe a column by the type the database reports for it.

    Args:
        kind: SQLAlchemy's reflected type.

    Returns:
        A JSON Schema; text for whatever is not known.
    """
    for classes, schema in _KINDS:
        if isinstance(kind, classes):
            found: dict[str, Any] = schema(kind) if callable(schema) else schema
            return found
    return TEXT


def _integer(kind: Any) -> dict[str, Any]:
    if getattr(kind, "unsigned", False) and isinstance(kind, sa.BigInteger):
        return {**INTEGER, "minimum": 0, "maximum": 2**64 - 1}
    return INTEGER


_KINDS: tuple[tuple[Any, Any], ...] = (
    (sa.Boolean, {"type": ["boolean", "null"]}),
    (mysql.BIT, INTEGER),
    (mysql.TIME, TEXT),  # up to 838 hours, and negative ones
    (sa.Integer, _integer),
    (sa.Float, {"type": ["number", "null"]}),
    (sa.Numeric, lambda kind: decimal(kind.precision, kind.scale)),
    (sa.DateTime, INSTANT),
    (sa.Date, DAY),
    (sa.Time, CLOCK),
    (sa.JSON, ANY),
    (sa.ARRAY, {"type": ["array", "null"]}),
    (sa.types._Binary, BYTES),
)


def converter_of(
    kind: sa.types.TypeEngine[Any] | None, dialect: str, schema: dict[str, Any]
) -> Convert | None:
    """Say what a column's values need before they are JSON.

    Args:
        kind: SQLAlchemy's reflected type; None for a query's column.
        dialect: The database.
        schema: The column's JSON schema.

    Returns:
        A function for values that are not null, or None where they go as they are.
    """
    if schema == DECIMAL:
        return lambda value: format(value, "f") if isinstance(value, Decimal) else value
    if dialect in {"mysql", "mariadb"}:
        if isinstance(kind, sa.DateTime | sa.Date) or kind is None:
            return mysql_value
        if isinstance(kind, mysql.TIME):
            return clock
        if isinstance(kind, mysql.BIT):
            return lambda value: int.from_bytes(value) if isinstance(value, bytes) else value
    return None


def mysql_value(value: Any) -> Any:
    """Give what MySQL means: `0000-00-00` is its word for no date, a time is a length of time."""
    if isinstance(value, str) and value.startswith("0000-00-00"):
        return None
    return clock(value) if isinstance(value, timedelta) else value


def clock(value: Any) -> Any:
    """Write a length of time as MySQL does: -838:59:59.000001."""
    if not isinstance(value, timedelta):
        return value
    micro = round(value / timedelta(microseconds=1))
    seconds, fraction = divmod(abs(micro), 10**6)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return ("-" if micro < 0 else "") + text + (f".{fraction:06d}" if fraction else "")
