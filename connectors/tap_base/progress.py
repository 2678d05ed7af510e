"""How far an incremental stream has come, told to the SDK's state now and then."""

from typing import TYPE_CHECKING, Any

from singer_sdk.helpers._typing import to_json_compatible

if TYPE_CHECKING:
    from connectors.tap_base.emission import FastEmission


class Progress:
    """Tracks nothing."""

    def advance(self, record: dict[str, Any]) -> None:
        """Take notice of a record that was emitted."""

    def settle(self) -> None:
        """Bring the stream's state up to the last record."""


class EachRecord(Progress):
    """Hands every record to the stream's own hook."""

    def __init__(self, stream: "FastEmission", context: Any, key: str) -> None:
        del key
        self._increment, self._context = stream._increment_stream_state, context

    def advance(self, record: dict[str, Any]) -> None:
        """Increment the state by one record."""
        self._increment(record, context=self._context)


class Newest(Progress):
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
