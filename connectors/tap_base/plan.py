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
from singer_sdk.helpers._typing import to_json_compatible
from singer_sdk.mapper import SameRecordTransform

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

    def bookmark(self, stream: "FastEmission", context: Any) -> "Bookmark":
        """Start tracking one partition's replication key.

        Args:
            stream: The stream.
            context: The partition's context, if any.

        Returns:
            The tracker; one that does nothing for a full table.
        """
        if self.replication_key is None:
            return Bookmark()
        # A stream that overrode the SDK's hook wants to see every record.
        overridden = type(stream)._increment_stream_state is not _sdk_increment()
        ordered = stream.is_sorted and stream.check_sorted
        kind = EachRecord if overridden else Ordered if ordered else Newest
        return kind(stream, context, self.replication_key)


def _sdk_increment() -> Any:
    from singer_sdk import Stream

    return Stream._increment_stream_state


class Bookmark:
    """Tracks nothing."""

    def advance(self, record: dict[str, Any]) -> None:
        """Take notice of a record that was emitted."""

    def settle(self) -> None:
        """Bring the stream's state up to the last record."""


class EachRecord(Bookmark):
    """Hands every record to the stream's own hook."""

    def __init__(self, stream: "FastEmission", context: Any, key: str) -> None:
        del key
        self._increment, self._context = stream._increment_stream_state, context

    def advance(self, record: dict[str, Any]) -> None:
        """Increment the state by one record."""
        self._increment(record, context=self._context)


class Newest(Bookmark):
    """Keeps the greatest value itself and tells the SDK's state only now and then."""

    def __init__(self, stream: "FastEmission", context: Any, key: str) -> None:
        self._increment, self._context, self._key = stream._increment_stream_state, context, key
        self._known = stream.get_context_state(context).get("replication_key_value")
        self._newest: Any = None

    def advance(self, record: dict[str, Any]) -> None:
        """Compare one record's value with the greatest so far; a null changes nothing."""
        value = record.get(self._key)
        if value is None:
            return
        newest = self._newest
        if newest is None:
            self._newest = value
        elif value.__class__ is not newest.__class__:
            self.settle()  # the SDK compares unlike values by their JSON form
            self._newest = value
        elif value > newest:
            self._newest = value

    def settle(self) -> None:
        """Hand the greatest value to the SDK's state, unless only older rows were read again."""
        if self._newest is None:
            return
        value, known = to_json_compatible(self._newest), self._known
        if known is None or value.__class__ is not known.__class__ or value >= known:
            self._increment({self._key: self._newest}, context=self._context)


class Ordered(Newest):
    """Keeps the last value; the first that is out of order goes to the SDK, which refuses it."""

    def advance(self, record: dict[str, Any]) -> None:
        """Compare one record's value with the last; a null changes nothing."""
        value, newest = record.get(self._key), self._newest
        if value is None:
            return
        if newest is not None and not (value.__class__ is newest.__class__ and value >= newest):
            self.settle()
            self._increment(record, context=self._context)
        self._newest = value


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
