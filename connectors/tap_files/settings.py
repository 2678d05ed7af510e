"""What a stream of files is told in the configuration."""

import hashlib
from typing import Any, Literal

import msgspec

from connectors.tap_base.errors import TapError

Format = Literal["csv", "tsv", "xlsx", "json", "jsonl"]


class StreamSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One stream's settings; only `path` is needed, what is left out is found out."""

    path: str | list[str]
    key: str | list[str] = []
    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    columns: list[str] | None = None
    header: bool = True
    sheet: str | int = 0
    records_path: str | None = None
    replication_key: str | None = None
    append: bool = False
    types: dict[str, str] = {}
    allow_empty: bool = False
    on_bad_row: Literal["quarantine", "fail"] = "quarantine"

    @property
    def paths(self) -> list[str]:
        """The paths, globs or URLs to read."""
        return [self.path] if isinstance(self.path, str) else self.path

    @property
    def keys(self) -> tuple[str, ...]:
        """The key's columns; none means that rows are known by their content."""
        return (self.key,) if isinstance(self.key, str) else tuple(self.key)

    @property
    def digest(self) -> str:
        """What tells these settings from others: changed ones read unchanged files anew."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]

    @property
    def is_snapshot(self) -> bool:
        """Whether the files of one moment are all the rows there are."""
        return not (self.append or self.replication_key)


def read_settings(config: Any) -> StreamSettings:
    """Check one stream's settings.

    Args:
        config: The mapping from the configuration.

    Returns:
        The settings.

    Raises:
        TapError: A setting is missing, unknown or of the wrong type.
    """
    try:
        settings = msgspec.convert(config, StreamSettings)
    except msgspec.ValidationError as error:
        problem = str(error).replace("Object ", "").replace("`", "'")
        raise TapError(
            f"its settings are not understood: {problem}", "see tap-files --about"
        ) from None
    if not settings.header and not settings.columns:
        raise TapError("'header: false' leaves the columns without names", "list them in 'columns'")
    return settings


STREAM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["path"],
    "additionalProperties": False,
    "properties": {
        "path": {
            "type": ["string", "array"],
            "items": {"type": "string"},
            "description": "Local path or glob, or an fsspec URL; or a list of them.",
        },
        "key": {
            "type": ["string", "array"],
            "items": {"type": "string"},
            "description": "Columns that identify a row; without it rows go by their content.",
        },
        "format": {
            "type": "string",
            "enum": ["csv", "tsv", "xlsx", "json", "jsonl"],
            "description": "Told by the file's name or content where left out.",
        },
        "encoding": {"type": "string", "description": "Sniffed where left out."},
        "delimiter": {"type": "string", "description": "Sniffed where left out."},
        "columns": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Names to use in place of the header's.",
        },
        "header": {"type": "boolean", "description": "False where the first line is a row."},
        "sheet": {"type": ["string", "integer"], "description": "Name or position from 0."},
        "records_path": {
            "type": "string",
            "description": "Where in a JSON document the records are, such as data.items.",
        },
        "replication_key": {
            "type": "string",
            "description": "Emit only rows at or after the greatest value seen.",
        },
        "append": {
            "type": "boolean",
            "description": "Each file adds rows: a row that is gone is not deleted.",
        },
        "types": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Column types other than text: integer, number, decimal:2, boolean, "
            "and date, time, date-time with an optional pattern, such as date:%m/%d/%Y.",
        },
        "allow_empty": {
            "type": "boolean",
            "description": "Take a file without rows for what it says: all rows are gone.",
        },
        "on_bad_row": {
            "type": "string",
            "enum": ["quarantine", "fail"],
            "description": "What to do with a row that cannot be read; quarantine is the default.",
        },
    },
}
