"""What holds for every record of ours: ids are opaque text, times are UTC instants."""

from collections.abc import Mapping
from typing import Any

from connectors.tap_base.instants import instant, written


class Shape:
    """Makes the declared top-level fields of a record what the schema says they are."""

    def __init__(self, properties: Mapping[str, Mapping[str, Any]]) -> None:
        """Sort the fields by what has to be done to them.

        Args:
            properties: The JSON schema's `properties`.
        """
        self._times = [n for n, p in properties.items() if p.get("format") == "date-time"]
        self._texts = [
            name
            for name, property_ in properties.items()
            if set(_types(property_)) == {"string"} and name not in self._times
        ]

    def apply(self, record: dict[str, Any]) -> dict[str, Any]:
        """Change a record in place; a time that is none stays as it came, for the quarantine."""
        for name in self._times:
            if (value := record.get(name)) is not None:
                moment = instant(value)
                record[name] = written(moment) if moment else value or None
        for name in self._texts:
            value = record.get(name)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                record[name] = str(value)
        return record


def _types(property_: Mapping[str, Any]) -> list[str]:
    kind = property_.get("type", [])
    return [k for k in ([kind] if isinstance(kind, str) else kind) if k != "null"]
