"""The columns of one stream: what its SCHEMA, its past and its contract make of each property."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import msgspec
from msgspec import Raw

from connectors.target_landing.decoding import (
    MISSING,
    integer_type,
    is_fast_name,
    nested_type,
    string_type,
)
from connectors.target_landing.kinds import is_plain_nested, scale, shape

DELETED_AT = "_sdc_deleted_at"
_TEXT_KINDS = {"VARCHAR", "TIMESTAMPTZ", "DATE", "TIME"}


@dataclass(frozen=True)
class Column:
    """One column of a stream.

    Attributes:
        name: the Singer property.
        parquet: the column's name in the file.
        schema: the property's JSON Schema; inferred for an undeclared one.
        kind: the type it is stored as.
        key: whether it is one of the stream's key properties.
        required: whether a record without it breaks its schema.
        declared: False for a field that no SCHEMA mentions.
    """

    name: str
    parquet: str
    schema: Any
    kind: str
    key: bool = False
    required: bool = False
    declared: bool = True

    @cached_property
    def json(self) -> str:
        """The JSON type of its values: string, integer, number, boolean or any."""
        return shape(self.schema).json

    @cached_property
    def nullable(self) -> bool:
        """Whether a null is a proper value."""
        return not self.key and shape(self.schema).nullable

    @cached_property
    def raw(self) -> bool:
        """Whether its cells are raw JSON text rather than decoded values."""
        match self.json:
            case "integer":
                return self.kind not in ("BIGINT", "HUGEINT")
            case "boolean":
                return self.kind != "BOOLEAN"
            case "string":
                return self.kind not in _TEXT_KINDS and scale(self.kind) is None
        return True

    @cached_property
    def plain(self) -> bool:
        """Whether typed decoding and the column's type check all that the schema demands."""
        own = shape(self.schema).plain
        return own and (self.json != "any" or is_plain_nested(self.schema))

    @cached_property
    def checker(self) -> msgspec.json.Decoder[Any]:
        """Decoder for raw cells, one a line, that rejects what breaks the schema."""
        return msgspec.json.Decoder(nested_type(self.schema))

    @cached_property
    def validator(self) -> Any:
        """JSON Schema's own judge of a value; slow, and always right."""
        from jsonschema.validators import validator_for  # type: ignore[import-untyped]

        schema = self.schema
        if isinstance(schema, dict) and scale(self.kind) is not None:
            # Binary floats fail `multipleOf` at random; the column's scale enforces it exactly.
            schema = {key: value for key, value in schema.items() if key != "multipleOf"}
        return validator_for(schema)(schema)

    def field_type(self) -> Any:
        """The type of its field in the struct that records are decoded into."""
        if self.raw:
            return Raw
        if self.json == "integer":
            kind = integer_type(self.schema)
        elif self.json == "boolean":
            kind = bool
        else:
            kind = string_type(self.schema)
        return kind | None if self.nullable else kind


def columns_of(
    schema: dict[str, Any], keys: Iterable[str], names: dict[str, str]
) -> tuple[Column, ...]:
    """The columns that a stream's SCHEMA declares, in its order."""
    required = set(schema.get("required", ()))
    keys = set(keys)
    return tuple(
        Column(
            name=name,
            parquet=names[name],
            schema=part,
            kind=shape(part).kind,
            key=name in keys,
            required=name in required or name in keys,
        )
        for name, part in schema["properties"].items()
    )


def undeclared(name: str, parquet: str, value: Any, key: bool) -> Column:
    """A column for a field that no SCHEMA mentions, typed by a value it had."""
    schema = inferred(value)
    return Column(name, parquet, schema, shape(schema).kind, key, key, declared=False)


def inferred(value: Any) -> dict[str, Any]:
    """The schema of an undeclared field, by one of its values."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    name = names.get(type(value))
    return {"type": sorted({name, "null"}, key="null".__eq__)} if name else {}


def deleted_at() -> Column:
    """The column in which a record says that it was deleted at its source."""
    schema = {"type": ["string", "null"], "format": "date-time"}
    return Column(DELETED_AT, DELETED_AT, schema, "TIMESTAMPTZ")


def record_type(columns: tuple[Column, ...]) -> type[msgspec.Struct] | None:
    """The struct that a record decodes into, None where msgspec cannot take a name.

    An undeclared field makes decoding fail: nothing is dropped unseen.
    """
    if not all(is_fast_name(column.name) for column in columns):
        return None
    fields: list[Any] = []
    for i, column in enumerate(columns):
        if column.required:
            fields.append((f"f{i}", column.field_type()))
        else:
            fields.append((f"f{i}", column.field_type(), MISSING if column.raw else None))
    return msgspec.defstruct(
        "Record",
        fields,
        rename={f"f{i}": column.name for i, column in enumerate(columns)},
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )


def message_type(stream: str, record: type[msgspec.Struct]) -> type[msgspec.Struct] | None:
    """The struct of a RECORD message of one stream, told from others by its stream's name."""
    if not is_fast_name(stream):
        return None
    fields: list[Any] = [
        ("type", Literal["RECORD"]),
        ("record", record),
        ("time_extracted", str | None, None),
        ("version", int | None, None),
    ]
    return msgspec.defstruct("Message", fields, tag_field="stream", tag=stream, gc=False)
