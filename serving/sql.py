"""Names and texts, quoted."""

from pathlib import Path


def name(given: str) -> str:
    """An identifier."""
    return '"' + given.replace('"', '""') + '"'


def text(given: str | Path) -> str:
    """A string or a path."""
    return "'" + str(given).replace("'", "''") + "'"
