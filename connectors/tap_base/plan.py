"""What can be known about a stream's records before the first one comes.

A `Plan` is the schema turned into a few tuples of field names, so that conforming a record
touches only the fields that may need it; nested values are emitted as they are. It does what
the SDK's conforming does (0 and 1 for booleans, UTC for naive datetimes, deselected fields
left out) with two differences: a NaN or infinity is not turned into null but emitted as text,
which breaks its schema and so reaches the quarantine, and undeclared fields are kept where
the stream wants so.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk import Stream
from singer_sdk.mapper import SameRecordTransform

from connectors.tap_base.progress import EachRecord, Newest, Ordered, Progress

if TYPE_CHECKING:
    from connectors.tap_base.emission import FastEmission

encoder = msgspec.json.Encoder(enc_hook=str, decimal_format="number")


def escaped(value: Any) -> bytes:
    r"""Encode what UTF-8 cannot carry: lone surrogates become their JSON escapes (\udc80).

    Args:
        value: A message or record of plain values.

    Returns:
        ASCII JSON.
    """
    return json.dumps(value, default=_plain, ensure_ascii=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Raw):
        return msgspec.json.decode(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True)
class Plan:
    """What to do to each record of one stream, and the two ends of its line."""

    stream: str
    prefix: bytes
    conform: Callable[[dict[str, Any]], None]
    replication_key: str | None
    is_sorted: bool

    @classmethod
    def of(cls, stream: "FastEmission") -> "Plan | None":
        """Prepare a stream's plan from its catalog entry.

        Args:
            stream: The stream, with its catalog applied.

        Returns:
            The plan, or None where only the SDK's own path will do: stream maps, flattening,
            or deselected nested fields.
        """
        maps = stream.stream_maps
        if len(maps) != 1 or not isinstance(maps[0], SameRecordTransform):
            return None
        deselected = [crumb for crumb, selected in stream.mask.items() if not selected]
        if maps[0].flattening_enabled or any(len(crumb) > 2 for crumb in deselected):
            return None
        schema = stream.schema
        declared: dict[str, Any] = schema.get("properties", {})
        keep = stream.KEEP_UNDECLARED and schema.get("additionalProperties", True)
        name = maps[0].stream_alias
        incremental = stream.replication_method == "INCREMENTAL"
        return cls(
            stream=name,
            prefix=b'{"type":"RECORD","stream":' + encoder.encode(name) + b',"record":',
            conform=conformer(
                declared,
                drop=tuple(crumb[1] for crumb in deselected if len(crumb) == 2),
                keep_undeclared=bool(keep),
            ),
            replication_key=stream.replication_key if incremental else None,
            is_sorted=stream.is_sorted,
        )

    def suffix(self, extracted_at: datetime, version: int | None) -> bytes:
        """Say what follows the record in its line.

        Args:
            extracted_at: An instant in UTC.
            version: The version of a full table, if one is being written.

        Returns:
            The rest of the message and the line's end.
        """
        versioned = b"" if version is None else b',"version":%d' % version
        return versioned + b',"time_extracted":' + encoder.encode(extracted_at) + b"}\n"

    def progress(self, stream: "FastEmission", context: Any) -> Progress:
        """Start tracking one partition's replication key.

        Args:
            stream: The stream.
            context: The partition's context, if any.

        Returns:
            The tracker; one that does nothing for a full table.
        """
        if self.replication_key is None:
            return Progress()
        # A stream that overrode the SDK's hook wants to see every record.
        overridden = type(stream)._increment_stream_state is not Stream._increment_stream_state
        ordered = stream.is_sorted and stream.check_sorted
        kind = EachRecord if overridden else Ordered if ordered else Newest
        return kind(stream, context, self.replication_key)


def conformer(
    declared: dict[str, Any], *, drop: tuple[str, ...] = (), keep_undeclared: bool = True
) -> Callable[[dict[str, Any]], None]:
    """Compile a schema's properties into a function that conforms a record in place.

    Args:
        declared: The schema's `properties`.
        drop: Names of deselected fields.
        keep_undeclared: False to leave out fields that the schema does not name.

    Returns:
        The function; its cost is that of the boolean, number and date-time fields only.
    """
    kinds = {name: _types(field) for name, field in declared.items()}
    booleans = tuple(name for name, types in kinds.items() if types == {"boolean"})
    numbers = tuple(name for name, types in kinds.items() if types & {"number", "integer"})
    instants = tuple(name for name, field in declared.items() if field.get("format") == "date-time")

    def conform(record: dict[str, Any]) -> None:
        for name in drop:
            record.pop(name, None)
        if not keep_undeclared and not record.keys() <= declared.keys():
            for name in record.keys() - declared.keys():
                del record[name]
        for name in booleans:
            if (value := record.get(name)).__class__ is int:
                record[name] = value != 0
        for name in numbers:
            value = record.get(name)
            if value.__class__ is float:
                if not math.isfinite(value):  # type: ignore[arg-type]
                    record[name] = str(value)
            elif value.__class__ is Decimal and not value.is_finite():  # type: ignore[union-attr]
                record[name] = str(value)
        for name in instants:
            value = record.get(name)
            if value.__class__ is datetime and value.tzinfo is None:  # type: ignore[union-attr]
                record[name] = value.replace(tzinfo=UTC)  # type: ignore[union-attr]

    return conform


def _types(field: dict[str, Any]) -> set[str]:
    """Say which JSON types a property admits, null aside."""
    declared = field.get("type", [])
    names = {declared} if isinstance(declared, str) else set(declared)
    for choice in (*field.get("anyOf", ()), *field.get("oneOf", ())):
        names |= _types(choice)
    return names - {"null"}
