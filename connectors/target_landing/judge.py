"""The slow and thorough look at a record the fast path refused: what is wrong, and where.

Reasons are words for machines and people (`missing_key`, `type`, `not_finite`…); none carries a
value of the record.
"""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import Raw

from connectors.target_landing.columns import Column
from connectors.target_landing.decoding import MISSING
from connectors.target_landing.faults import Fault, TooWideError
from connectors.target_landing.kinds import INT64, scale, wider
from connectors.target_landing.moments import clock_time, instant

REJECT = "_tessera_reject"
"""A reserved field with which a tap sends what it could not read as a record: the reason."""

_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_MAX_DIGITS = 38
_MAX_INTEGER_DIGITS = 4000  # of those that are kept as text


def fields_of(record: bytes) -> dict[str, bytes]:
    """Split a record into the raw text of its fields.

    Raises:
        Fault: it is no JSON object, or holds what neither JSON nor a column can.
    """
    try:
        fields = {name: bytes(raw) for name, raw in _FIELDS.decode(record).items()}
        record.decode()
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Fault(_why_not_json(record)) from None
    if REJECT in fields:
        raise Fault(str(_value(fields[REJECT])))
    if b"\\u0000" in record:
        for name, raw in fields.items():
            if "\0" in name or _has_nul(_value(raw)):
                raise Fault("nul", name.replace("\0", ""))
    return fields


def cell(column: Column, raw: bytes | None) -> Any:
    """One value as its column takes it: decoded, or raw JSON text where `column.raw`.

    Raises:
        Fault: the value breaks the column's schema.
        TooWideError: the column's type cannot hold it exactly.
    """
    if raw is None:
        if column.required:
            raise Fault("missing_key" if column.key else "required", column.name)
        return MISSING if column.raw else None
    if raw == b"null":
        if not column.nullable:
            raise Fault("null_key" if column.key else "null", column.name)
        return Raw(b"null") if column.raw else None
    _check(column, raw)
    text = raw.decode()
    if column.json == "string":
        return _from_string(column, msgspec.json.decode(raw))
    if column.json in ("integer", "number"):
        return _from_number(column, text)
    return Raw(raw) if column.raw else msgspec.json.decode(raw)


def _check(column: Column, raw: bytes) -> None:
    try:
        value = msgspec.json.decode(raw)
    except msgspec.MsgspecError:  # a number beyond a double: Python takes what msgspec does not
        value = json.loads(raw, parse_float=Decimal)
    error = next(column.validator.iter_errors(value), None)
    if error is not None:
        raise Fault(str(error.validator), column.name)


def _from_string(column: Column, text: str) -> Any:
    if scale(column.kind) is not None:
        if not _NUMBER.fullmatch(text):
            raise Fault("decimal_format", column.name)
        _fit_decimal(column, text)
        return text
    match column.kind:
        case "TIMESTAMPTZ":
            return instant(column.name, text)
        case "DATE":
            day = instant(column.name, text)
            if not day.endswith("T00:00:00.000000+00:00"):
                raise Fault("date_format", column.name)
            return day[:10]
        case "TIME":
            return clock_time(column.name, text)
    return text


def _from_number(column: Column, text: str) -> Any:
    if column.json == "integer":
        if Decimal(text).adjusted() > _MAX_INTEGER_DIGITS:  # 1e999999999 would fill the memory
            raise Fault("too_long", column.name)
        text = str(int(Decimal(text)))
    match column.kind:
        case "BIGINT" | "HUGEINT":
            number = int(text)
            fits = number in INT64 if column.kind == "BIGINT" else abs(number) < 10**_MAX_DIGITS
            if not fits:
                raise TooWideError(wider(column.kind))
            return number
        case "DOUBLE":
            if not exact_double(text):
                raise TooWideError("VARCHAR")
        case kind if scale(kind) is not None:
            _fit_decimal(column, text)
    return Raw(text.encode())


def exact_double(text: str) -> bool:
    """Whether a number's text names the same number as the double nearest to it prints."""
    try:
        return Decimal(repr(float(text))) == Decimal(text)
    except InvalidOperation:
        return False


def _fit_decimal(column: Column, text: str) -> None:
    digits = scale(column.kind) or 0
    sign_digits_exponent = Decimal(text).normalize().as_tuple()
    exponent = sign_digits_exponent.exponent
    fraction = max(0, -exponent) if isinstance(exponent, int) else 0
    whole = (
        len(sign_digits_exponent.digits) + int(exponent) if any(sign_digits_exponent.digits) else 0
    )
    if fraction > digits and isinstance(column.schema, dict) and "multipleOf" in column.schema:
        raise Fault("multipleOf", column.name)
    if fraction > digits or whole > _MAX_DIGITS - digits:
        raise TooWideError("VARCHAR")


def _value(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.MsgspecError:
        return json.loads(raw)


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(part) for key, part in value.items())
    return isinstance(value, list) and any(_has_nul(part) for part in value)


def _why_not_json(record: bytes) -> str:
    try:
        text = record.decode()
    except UnicodeDecodeError:
        return "invalid_utf8"
    found: list[str] = []
    try:
        value = json.loads(text, parse_constant=found.append)
    except (ValueError, RecursionError):
        return "not_json"
    if found:
        return "not_finite"
    return "lone_surrogate" if isinstance(value, dict) else "not_an_object"
