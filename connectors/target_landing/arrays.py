"""Cells into Arrow arrays, a column at a time and exactly, or not at all.

Everything here is optimistic: it takes whole chunks at native speed and raises `MisfitError` when
anything about a value is out of the ordinary; `judge` then says what, record by record.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from connectors.target_landing.columns import Column
from connectors.target_landing.errors import MisfitError
from connectors.target_landing.judge import exact_double
from connectors.target_landing.kinds import scale

INSTANT = pa.timestamp("us", "UTC")
_LOCAL = pa.timestamp("us")
_SIMPLE = {
    "BIGINT": pa.int64(),
    "HUGEINT": pa.decimal128(38, 0),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR": pa.string(),
    "TIMESTAMPTZ": INSTANT,
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "JSON": pa.json_(pa.string()),
}
_SURE_DIGITS = 16  # a number's text up to this length (15 digits and a point) survives a double,
_SMALL, _LARGE = 1e-290, 1e300  # unless its exponent is out of the ordinary


def arrow_type(kind: str) -> pa.DataType:
    """The Arrow type of a kind."""
    digits = scale(kind)
    return _SIMPLE[kind] if digits is None else pa.decimal128(38, digits)


def build(column: Column, cells: Sequence[Any], *, judged: bool = False) -> pa.Array:
    """An array of a column's cells.

    Args:
        column: says the kind, and whether cells are raw JSON text.
        cells: decoded values, or `msgspec.Raw` where `column.raw`.
        judged: whether each was held against its schema already.

    Raises:
        MisfitError: a value breaks the schema or does not fit the column's type exactly.
    """
    try:
        array = _raw(column, cells, judged) if column.raw else _direct(column, cells)
    except (pa.ArrowException, OverflowError, ValueError, TypeError, msgspec.MsgspecError):
        raise MisfitError from None
    if not column.plain and not judged:
        _hold_against_schema(column, cells)
    return array


def _direct(column: Column, cells: Sequence[Any]) -> pa.Array:
    kind = column.kind
    if column.json != "string" or kind == "VARCHAR":
        return pa.array(cells, arrow_type(kind))
    return typed(kind, pa.array(cells, pa.string()))


def typed(kind: str, texts: pa.Array) -> pa.Array:
    """Strings as the kind of a string column."""
    if kind == "VARCHAR":
        return texts
    if kind == "TIMESTAMPTZ":
        return instants(texts)
    if kind == "TIME":
        return _times(texts)
    return pc.cast(texts, arrow_type(kind))


def instants(texts: pa.Array) -> pa.Array:
    """Timestamps in UTC; texts without an offset are taken as UTC, if all of them lack it."""
    try:
        return pc.cast(texts, INSTANT)
    except pa.ArrowInvalid:
        return pc.cast(pc.cast(texts, _LOCAL), INSTANT)


def _times(texts: pa.Array) -> pa.Array:
    day = pa.scalar("1970-01-01T", pa.string())
    whole = pc.binary_join_element_wise(day, texts, pa.scalar("", pa.string()))
    return pc.cast(pc.cast(whole, _LOCAL), pa.time64("us"))


def _raw(column: Column, cells: Sequence[Any], judged: bool) -> pa.Array:
    numeric = column.json in ("integer", "number")
    text = b"\n".join(cells)  # a Singer message is one line: no cell has a line end
    if not numeric and not judged:
        column.checker.decode_lines(text)  # decoding by type is the check; the text is kept
    array = _texts(text, len(cells))
    absent = pc.equal(pc.binary_length(array), 0)
    nulls = pc.equal(array, "null")
    missing, null = pc.any(absent).as_py(), pc.any(nulls).as_py()
    if null and not column.nullable:
        raise MisfitError
    if column.kind == "VARCHAR" and not numeric:
        return pa.array(map(_unquoted, map(bytes, cells)), pa.string())
    if missing or null:
        array = pc.if_else(pc.or_(absent, nulls), pa.scalar(None, pa.string()), array)
    if column.kind == "JSON":
        return pa.ExtensionArray.from_storage(arrow_type("JSON"), array)
    return numbers(column, array)


def numbers(column: Column, texts: pa.Array) -> pa.Array:
    """Proper numbers as text as the kind of their column."""
    if column.kind == "DOUBLE":
        return _within_bounds(column, _doubles(texts))
    if column.kind == "VARCHAR":
        if column.json == "integer" and pc.any(pc.match_substring_regex(texts, "[.eE]")).as_py():
            raise MisfitError
        _within_bounds(column, pc.cast(texts, pa.float64()))
        return texts
    return _within_bounds(column, pc.cast(texts, arrow_type(column.kind)))


def _texts(text: bytes, count: int) -> pa.Array:
    """Lines as strings, split in one go: an object per cell would cost more than its parsing."""
    whole = pa.array([text], pa.string())  # fails if it is not UTF-8: nothing looked at that before
    lines = pc.split_pattern(whole, "\n").values
    if len(lines) != count:
        raise MisfitError
    return lines


def _doubles(texts: pa.Array) -> pa.Array:
    numbers = pc.cast(texts, pa.float64())
    lengths, sizes = pc.binary_length(texts), pc.abs(numbers)
    longest, ends = pc.max(lengths).as_py(), pc.min_max(sizes).as_py()
    if longest is None or (
        longest <= _SURE_DIGITS and ends["min"] >= _SMALL and ends["max"] <= _LARGE
    ):
        return numbers
    long = pc.greater(lengths, _SURE_DIGITS)
    extreme = pc.or_(pc.less(sizes, _SMALL), pc.greater(sizes, _LARGE))
    doubtful = pc.or_(long, extreme)
    if pc.any(doubtful).as_py():
        # A double prints as the shortest text that names it: equal text is proof.
        printed = pc.cast(numbers, pa.string())
        unproven = texts.filter(pc.and_(doubtful, pc.not_equal(printed, texts)))
        if not all(map(exact_double, pc.unique(unproven).to_pylist())):
            raise MisfitError
    return numbers


def _within_bounds(column: Column, numbers: pa.Array) -> pa.Array:
    low, high = column.schema.get("minimum"), column.schema.get("maximum")
    if low is not None or high is not None:
        ends = pc.min_max(numbers).as_py()
        if ends["min"] is not None and (
            (low is not None and ends["min"] < low) or (high is not None and ends["max"] > high)
        ):
            raise MisfitError
    return numbers


def _unquoted(text: bytes) -> str | None:
    if text in (b"", b"null"):
        return None
    return msgspec.json.decode(text, type=str) if text[:1] == b'"' else text.decode()


def _hold_against_schema(column: Column, cells: Sequence[Any]) -> None:
    valid = column.validator.is_valid
    for one in cells:
        text = bytes(one) if column.raw else None
        value = msgspec.json.decode(text) if text else one
        if text == b"" or (value is None and (column.nullable or not column.raw)):
            continue  # absent: decoding has seen to nulls and required fields
        if not valid(value):
            raise MisfitError
