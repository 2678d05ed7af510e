"""Which column a JSON Schema property becomes, and how two columns become one.

A kind is spelled as DuckDB spells the type. HUGEINT is stored as DECIMAL(38,0), for Parquet has no
128-bit integer.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

INT64 = range(-(2**63), 2**63)
DECIMAL_SCALE = 18  # of a decimal that declares no scale: 20 digits remain before the point
FORMATS = {"date-time": "TIMESTAMPTZ", "date": "DATE", "time": "TIME"}
DECIMAL_FORMATS = ("singer.decimal", "x-singer.decimal")
# What the fast path checks itself, by JSON type; a property with another keyword is also held
# against the whole JSON Schema, value by value.
_ANNOTATIONS = frozenset(
    {"type", "format", "title", "description", "default", "examples", "$comment", "deprecated"}
    | {"readOnly", "writeOnly", "contentMediaType", "contentEncoding", "precision", "scale"}
)
_CHECKED = {
    "string": {"minLength", "maxLength", "enum"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "number": {"minimum", "maximum"},
    "boolean": set(),
    "object": {"properties", "required"},
    "array": {"items"},
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a property's schema says, reduced to what a column needs.

    Attributes:
        kind: the column's type.
        json: JSON type the values must have: string, integer, number, boolean or any.
        nullable: whether null is allowed.
        plain: whether the fast path's own checks cover the whole schema.
    """

    kind: str
    json: str
    nullable: bool
    plain: bool


def shape(schema: Any) -> Shape:  # noqa: PLR0911  # one return per type
    """Reduce a property's JSON Schema to the column it becomes."""
    if not isinstance(schema, dict):
        return Shape("JSON", "any", True, plain=schema is True)
    options = list(_options(schema))
    kinds = {name for name, _ in options if name}
    nullable = not kinds or "null" in kinds
    kinds.discard("null")
    plain = _is_plain(schema)
    if kinds == {"integer", "number"}:
        kinds = {"number"}
    if len(kinds) != 1:
        return Shape("JSON", "any", nullable, plain=plain and len(options) <= 1)
    (name,) = kinds
    own = [part for option, part in options if option == name]
    match name:
        case "string":
            return Shape(_string_kind(own), "string", nullable, plain)
        case "integer":
            return Shape(_integer_kind(own), "integer", nullable, plain)
        case "number":
            kind, exact = _number_kind(own)
            return Shape(kind, "number", nullable, plain or (exact and _is_plain(schema, exact)))
        case "boolean":
            return Shape("BOOLEAN", "boolean", nullable, plain)
    return Shape("JSON", "any", nullable, plain)


def is_plain_nested(schema: Any) -> bool:
    """Whether the typed decoder checks all that a nested schema demands."""
    if not isinstance(schema, dict):
        return schema is True
    if not _is_plain(schema):
        return False
    parts = list(schema.get("properties", {}).values())
    if isinstance(schema.get("items"), dict):
        parts.append(schema["items"])
    return all(is_plain_nested(part) for part in parts)


def widened(left: str, right: str) -> str:  # noqa: PLR0911  # one return per rule
    """The kind that holds the values of both exactly."""
    if left == right:
        return left
    pair = {left, right}
    if "JSON" in pair:
        return "JSON"
    if pair == {"BIGINT", "HUGEINT"}:
        return "HUGEINT"
    if pair == {"BIGINT", "DOUBLE"}:
        return "DOUBLE"  # or VARCHAR, where an integer turns out to need more than 53 bits
    if pair == {"DATE", "TIMESTAMPTZ"}:
        return "TIMESTAMPTZ"
    if (scales := {scale(kind) for kind in pair - {"BIGINT"}}) and None not in scales:
        top = max(known for known in scales if known is not None)
        if len(scales) == 1 or top <= DECIMAL_SCALE:
            return f"DECIMAL(38,{top})"
    return "VARCHAR"


def wider(kind: str) -> str:
    """The next kind for a value that `kind` cannot hold exactly."""
    return "HUGEINT" if kind == "BIGINT" else "VARCHAR"


def scale(kind: str) -> int | None:
    """Digits after the point of a DECIMAL kind, None of another."""
    match = re.fullmatch(r"DECIMAL\(38,(\d+)\)", kind)
    return int(match[1]) if match else None


def _options(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if "$ref" in schema or "not" in schema or "if" in schema:
        return [("", schema)]
    types = schema.get("type")
    if isinstance(types, str):
        return [(types, schema)]
    if isinstance(types, list):
        return [(str(name), schema) for name in types]
    for key in ("anyOf", "oneOf", "allOf"):
        if parts := [part for part in schema.get(key, ()) if isinstance(part, dict)]:
            return [option for part in parts for option in _options(part)]
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    return [(_type_of(value), schema) for value in values] or [("", schema)]


def _type_of(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return "null" if value is None else names.get(type(value), "object")


def _is_plain(schema: dict[str, Any], exact: bool = False) -> bool:
    if "anyOf" in schema and set(schema) <= _ANNOTATIONS | {"anyOf"}:
        parts = schema["anyOf"]
        return all(isinstance(part, dict) and set(part) <= _ANNOTATIONS for part in parts)
    types = schema.get("type", [])
    known = set(_ANNOTATIONS) | ({"multipleOf"} if exact else set())
    for name in [types] if isinstance(types, str) else types:
        known |= _CHECKED.get(name, set())
    if any(not isinstance(value, str | None) for value in schema.get("enum", ())):
        return False
    return set(schema) <= known and isinstance(schema.get("items", {}), dict)


def _string_kind(parts: list[dict[str, Any]]) -> str:
    formats = {part.get("format") for part in parts}
    if len(formats) != 1:
        return "VARCHAR"
    (name,) = formats
    if name in DECIMAL_FORMATS:
        digits = parts[0].get("scale", DECIMAL_SCALE)
        return (
            f"DECIMAL(38,{digits})" if isinstance(digits, int) and 0 <= digits <= 38 else "VARCHAR"
        )
    return FORMATS.get(str(name), "VARCHAR")


def _integer_kind(parts: list[dict[str, Any]]) -> str:
    keys = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    bounds = [part[key] for part in parts for key in keys if _is_number(part.get(key))]
    return "BIGINT" if all(abs(bound) <= 2**63 for bound in bounds) else "HUGEINT"


def _number_kind(parts: list[dict[str, Any]]) -> tuple[str, bool]:
    """The kind, and whether `multipleOf` is a power of ten that the kind itself enforces."""
    steps = {part.get("multipleOf") for part in parts}
    (step,) = steps if len(steps) == 1 else (None,)
    if _is_number(step):
        exact = Decimal(repr(step)).normalize().as_tuple()
        if exact.digits == (1,) and isinstance(exact.exponent, int) and -37 <= exact.exponent <= 0:
            return f"DECIMAL(38,{-exact.exponent})", True
    return "DOUBLE", False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
