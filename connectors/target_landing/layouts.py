"""How a tap writes the records of a stream, learned from one line, to hold others to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Raw

from connectors.target_landing.columns import Column
from connectors.target_landing.decoding import is_fast_name
from connectors.target_landing.errors import MisfitError
from connectors.target_landing.kinds import scale
from connectors.target_landing.members import Kind, Member
from connectors.target_landing.runs import HEAD

_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_TEXT_KINDS = {"VARCHAR", "TIMESTAMPTZ", "DATE", "TIME"}
_LONGEST_NAME = 48
EXTRACTED, VERSION = -1, -2  # places that are no column's


@dataclass(frozen=True, slots=True)
class Layout:
    """What every line of a stream's records is expected to look like.

    Attributes:
        head: its bytes up to the record.
        comma: what stands between members.
        members: of the record, in their order.
        tail: what follows the record in its message.
    """

    head: bytes
    comma: bytes
    members: tuple[Member, ...]
    tail: tuple[Member, ...]


def kind_of(column: Column) -> Kind | None:  # noqa: PLR0911  # one return per kind
    """What its values are expected to be; None if it needs a look at each."""
    if not column.plain or not _is_short(column.name):
        return None
    match column.json, column.kind:
        case ("integer", "BIGINT") | ("number", "DOUBLE"):
            return "number"
        case ("string" | "number") as json, kind if scale(kind) is not None:
            return "text" if json == "string" else "number"
        case "string", kind if kind in _TEXT_KINDS:
            return "text"
        case "boolean", "BOOLEAN":
            return "boolean"
        case "any", "JSON":
            return _nested_kind(column.schema)
    return None


def learned(part: bytes, columns: tuple[Column, ...]) -> Layout:
    """The layout of the first line, with the columns that it lacks at their likeliest places.

    Raises:
        MisfitError: it is none that lines could be held to.
    """
    head = HEAD.match(part)
    try:
        message = _FIELDS.decode(part[: part.find(b"\n") + 1] or part)
        record = _FIELDS.decode(message["record"])
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError):
        raise MisfitError from None
    if head is None:
        raise MisfitError
    colon, comma = head[1], head[2]
    by_name = {column.name: (place, column) for place, column in enumerate(columns)}
    if not set(record) <= set(by_name):
        raise MisfitError

    def member(name: str, kind: Kind, **more: Any) -> Member:
        return Member(b'"' + name.encode() + b'"' + colon, kind, **more)

    def nested(schema: Any, raw: Raw | None) -> tuple[Member, ...]:
        properties = schema["properties"]
        known = _FIELDS.decode(raw) if raw and bytes(raw) != b"null" else {}
        required = schema.get("required", ())
        out = []
        for name in _ordered((name for name in known if name in properties), properties):
            kind = _inner_kind(properties[name])
            out.append(
                member(
                    name,
                    kind,
                    required=name in required,
                    nullable="null" in properties[name]["type"],
                    members=nested(properties[name], known.get(name)) if kind == "object" else (),
                )
            )
        return tuple(out)

    members = []
    for name in _ordered(record, by_name):
        place, column = by_name[name]
        kind = kind_of(column)
        if kind is None:
            raise MisfitError
        members.append(
            member(
                name,
                kind,
                required=column.required,
                nullable=column.nullable,
                members=nested(column.schema, record.get(name)) if kind == "object" else (),
                place=place,
            )
        )
    tail = {
        "time_extracted": member("time_extracted", "text", place=EXTRACTED),
        "version": member("version", "number", place=VERSION),
    }
    after = [name for name in message if name not in ("type", "stream", "record")]
    if not set(after) <= set(tail):
        raise MisfitError
    return Layout(head[0], comma, tuple(members), tuple(tail[name] for name in after))


def _ordered(first: Iterable[str], declared: Iterable[str]) -> list[str]:
    """All names, in an order in which the first record's own are as they came."""
    first, declared = list(first), list(declared)
    known = set(first)
    if [name for name in declared if name in known] == first:
        return declared
    return first + [name for name in declared if name not in known]


def _nested_kind(schema: Any) -> Kind:
    """How a nested value is walked; `any` where that cannot tell whether it is proper."""
    if _types(schema) == {"array"} and schema.get("items", {}).get("type") == "string":
        return "texts" if _inner_kind(schema["items"]) == "text" else "any"
    if _types(schema) != {"object"}:
        return "any"
    properties = schema.get("properties") or {"": {}}
    walkable = set(schema.get("required", ())) <= set(properties) and all(
        _is_short(name) and _inner_kind(part) != "any" for name, part in properties.items()
    )
    return "object" if walkable else "any"


def _inner_kind(schema: Any) -> Kind:
    match sorted(_types(schema)):
        case ["string"] if not {"enum", "minLength", "maxLength"} & set(schema):
            return "text"
        case ["boolean"]:
            return "boolean"
    return _nested_kind(schema)


def _types(schema: Any) -> set[str]:
    types = schema.get("type") if isinstance(schema, dict) else None
    return set([types] if isinstance(types, str) else types or ()) - {"null"}


def _is_short(name: str) -> bool:
    return is_fast_name(name) and len(name.encode()) <= _LONGEST_NAME
