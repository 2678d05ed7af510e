"""JSON Schema turned into msgspec types, so that decoding is validating, at native speed.

Only what msgspec checks exactly as JSON Schema would is expressed here; `kinds` says of a schema
whether that is all of it. Numbers and nested values stay raw text: parsing them here would round.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Raw

MISSING = Raw(b"")  # the raw cell of a field that a record does not have
_MAX_DEPTH = 12


class Line(msgspec.Struct, gc=False):
    """Any Singer message; which fields matter depends on its type."""

    type: str
    stream: str | None = None
    record: Raw = MISSING
    version: int | None = None
    time_extracted: str | None = None
    schema: dict[str, Any] | None = None
    key_properties: list[str] | None = None
    value: Raw = MISSING
    encoding: dict[str, Any] | None = None
    manifest: list[str] | None = None


def string_type(schema: dict[str, Any]) -> Any:
    """The type of strings under a schema's lengths and enumeration."""
    if values := [value for value in schema.get("enum", ()) if isinstance(value, str)]:
        return Literal[tuple(values)]
    low, high = schema.get("minLength"), schema.get("maxLength")
    bounds: dict[str, Any] = {
        name: bound
        for name, bound in (("min_length", low), ("max_length", high))
        if isinstance(bound, int)
    }
    return Annotated[str, Meta(**bounds)] if bounds else str


def integer_type(schema: dict[str, Any]) -> Any:
    """The type of integers under a schema's bounds.

    Bounds beyond 64 bits are left out: msgspec cannot express them, the column's kind holds more.
    """
    names = {"minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}
    bounds: dict[str, Any] = {
        short: int(schema[key])
        for key, short in names.items()
        if isinstance(schema.get(key), int | float) and abs(schema[key]) < 2**63
    }
    if {"ge", "gt"} <= set(bounds):
        bounds.pop("ge" if bounds["ge"] <= bounds["gt"] else "gt")
    if {"le", "lt"} <= set(bounds):
        bounds.pop("le" if bounds["le"] >= bounds["lt"] else "lt")
    return Annotated[int, Meta(**bounds)] if bounds else int


def nested_type(schema: Any, depth: int = 0) -> Any:
    """The type of a nested value, null included where the schema allows it."""
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return Any
    names = schema.get("type")
    if names is None:
        return Any
    options = [_one(name, schema, depth) for name in ([names] if isinstance(names, str) else names)]
    if Any in options:
        return Any
    union = options[0]
    for option in options[1:]:
        union = union | option
    return union


def _one(name: str, schema: dict[str, Any], depth: int) -> Any:  # noqa: PLR0911  # one per type
    match name:
        case "null":
            return None
        case "string":
            return string_type(schema)
        case "integer":
            return integer_type(schema)
        case "number":
            return float | int
        case "boolean":
            return bool
        case "array":
            return list[nested_type(schema.get("items"), depth + 1)]  # type: ignore[misc]
        case "object":
            return object_type(schema, depth)
    return Any


def object_type(schema: dict[str, Any], depth: int = 0) -> Any:
    """A struct with a schema's properties; an open dictionary where none are declared."""
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not properties:
        return dict[str, Any]
    required = set(schema.get("required", ()))
    if not required <= set(properties) or not all(is_fast_name(name) for name in properties):
        return Any
    rename = {f"f{i}": name for i, name in enumerate(properties)}
    fields: list[Any] = []
    for i, (name, part) in enumerate(properties.items()):
        kind = nested_type(part, depth + 1)
        fields.append((f"f{i}", kind) if name in required else (f"f{i}", kind, None))
    return msgspec.defstruct("Nested", fields, rename=rename, kw_only=True, gc=False)


def is_fast_name(name: str) -> bool:
    """Whether msgspec takes this as the name of a field."""
    return not any(char in '"\\' or char < " " for char in name)
