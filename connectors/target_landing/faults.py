"""Verdicts on one record or value; control flow inside the room, never an operator's error."""

from dataclasses import dataclass


@dataclass
class Fault(Exception):  # noqa: N818  # a verdict, not an error
    """Why a record, or one value of it, cannot be filed; `field` is a property's name or empty."""

    reason: str
    field: str = ""


class TooWideError(Exception):
    """The value is proper, but its column cannot hold it exactly."""
