"""The columns of JSON, which has no header: found by looking at every record."""

from typing import Any

NAMES: dict[type, str] = {
    int: "integer",
    float: "number",
    bool: "boolean",
    dict: "object",
    list: "array",
    str: "string",
}
SHAPES = 10_000
"""Distinct combinations of fields and types that are gathered before they are folded."""


class Inference:
    """The JSON Schema that all records of a stream conform to, found by looking at each."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[tuple[str, ...], tuple[type, ...]], None] = {}
        self._seen: dict[str, set[type]] = {}

    def add(self, record: dict[str, Any]) -> None:
        """Take one decoded record into account."""
        self._shapes[tuple(record), tuple(map(type, record.values()))] = None
        if len(self._shapes) > SHAPES:
            self._fold()

    def _fold(self) -> None:
        for names, types in self._shapes:
            for name, kind in zip(names, types, strict=True):
                self._seen.setdefault(name, set()).add(kind)
        self._shapes.clear()

    def properties(self) -> dict[str, dict[str, Any]]:
        """Say the properties found, every one nullable; one that was always null is text."""
        self._fold()
        return {name: {"type": [*_types(kinds), "null"]} for name, kinds in self._seen.items()}


def _types(kinds: set[type]) -> list[str]:
    names = [name for kind, name in NAMES.items() if kind in kinds]
    if float in kinds and int in kinds:
        names.remove("integer")
    return names or ["string"]
