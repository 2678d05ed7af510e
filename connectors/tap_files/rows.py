"""What every reader of files yields: rows, and rows that could not be read."""

from typing import Any

import msgspec

ROW_KEY = "_tessera_row_key"
"""The key of rows whose stream names none: a digest of the content."""


class Row(msgspec.Struct, gc=False):
    """One record and where it stood.

    `place` is a line of text files, a row of sheets, a position in JSON arrays, from 1.
    """

    place: int
    values: dict[str, Any]


class Reject(msgspec.Struct, gc=False):
    """What stood where a record should have been.

    `reason` is a word for counting and `told` says it to people; neither holds a value of it.
    """

    place: int
    reason: str
    told: str
    raw: str
