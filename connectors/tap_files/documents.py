"""Records of JSON and JSON Lines, with every number and nested value exactly as it was written.

Nothing is parsed further than needed: a record is its fields' names and the raw text of their
values, which go out as they came in. So an id of 64 bits or more, or a price of 1.10, survives.
"""

from collections.abc import Iterator
from typing import IO, Any

import msgspec
from msgspec import Raw

from connectors.tap_base.errors import TapError
from connectors.tap_files.rows import Reject

Record = dict[str, Raw]

_object = msgspec.json.Decoder(dict[str, Raw])
_list = msgspec.json.Decoder(list[Raw])


def steps(records_path: str | None) -> list[str]:
    """Split a path such as `data.items`, `$.data.items[*]` or `status` into names.

    Args:
        records_path: Names joined by dots; lists on the way are gone through.

    Returns:
        The names, outermost first.
    """
    path = (records_path or "").removeprefix("$").replace("[*]", "")
    return [name for name in path.split(".") if name]


def reach(value: Raw, names: list[str]) -> Iterator[Raw]:
    """Follow a path into a value, through every list on the way.

    Args:
        value: Raw JSON.
        names: What `steps` gave.

    Yields:
        What is there; nothing where the path ends early or in null.

    Raises:
        msgspec.DecodeError: The value is no JSON.
    """
    text = bytes(value).lstrip()
    if text[:1] == b"[":
        for item in _list.decode(text):
            yield from reach(item, names)
    elif not names:
        if text != b"null":
            yield value
    elif text[:1] == b"{":
        inner = _object.decode(text).get(names[0])
        if inner is not None:
            yield from reach(inner, names[1:])


def read_lines(file: IO[bytes], names: list[str], *, clean: bool) -> Iterator[Any]:
    """Read JSON Lines.

    Args:
        file: UTF-8 text.
        names: The path to the records within a line.
        clean: Whether the text is known to be valid UTF-8.

    Yields:
        Line number and record, or a Reject.
    """
    for number, line in enumerate(file, 1):
        if not clean and not _is_utf8(line):
            yield _reject(number, line, "encoding", "not valid UTF-8")
            continue
        try:
            if names:
                for value in reach(Raw(line), names):
                    yield number, _object.decode(value)
            else:
                yield number, _object.decode(line)
        except msgspec.MsgspecError:
            if line.strip():
                yield _reject(number, line, *_why(line))


def read_document(content: bytes, names: list[str], place: str) -> Iterator[Any]:
    """Read one JSON document.

    Args:
        content: UTF-8 text of the whole file.
        names: The path to the records.
        place: What to call the file in an error.

    Yields:
        Position from 1 and record, or a Reject.

    Raises:
        TapError: The file is no JSON.
    """
    try:
        content.decode()
        found = list(reach(Raw(content), names))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        fix = "set 'encoding', or export it again"
        raise TapError("not valid UTF-8", fix, place=f"{place} line {line}") from None
    except msgspec.DecodeError as error:
        offset = (
            int(str(error).rpartition("(byte ")[2].rstrip(")") or 0)
            if "(byte" in str(error)
            else len(content)
        )
        line = content.count(b"\n", 0, offset) + 1
        fix = "export it again, or set 'format: jsonl' where each line is a record"
        raise TapError("this is no JSON document", fix, place=f"{place} line {line}") from None
    for position, value in enumerate(found, 1):
        try:
            yield position, _object.decode(value)
        except msgspec.MsgspecError:
            text = bytes(value)
            yield _reject(position, text, *_why(text))


def _reject(place: int, text: bytes, reason: str, told: str) -> Reject:
    return Reject(place, reason, told, text.decode(errors="backslashreplace"))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _why(text: bytes) -> tuple[str, str]:
    """Say what is wrong with what should be an object, without its content."""
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        if "truncated" in str(error) and b"\\ud" in text.lower():
            return "lone_surrogate", "not JSON: it ends early or holds half of a surrogate pair"
        return "not_json", "not JSON"
    return "not_an_object", "not a JSON object"


def compact(record: Record) -> Record:
    """Take the line breaks out of a record's nested values; a Singer message is one line."""
    for name, value in record.items():
        text = memoryview(value)
        if text[0] in b"{[" and (b"\n" in (raw := bytes(text)) or b"\r" in raw):
            record[name] = Raw(msgspec.json.format(raw, indent=-1))
    return record


KINDS = {b'"'[0]: 1, b"t"[0]: 2, b"f"[0]: 2, b"n"[0]: 0, b"{"[0]: 4, b"["[0]: 8}
INTEGER, NUMBER = 16, 32
NAMES = (
    (16, "integer"),
    (32, "number"),
    (2, "boolean"),
    (4, "object"),
    (8, "array"),
    (1, "string"),
)


class Inference:
    """The JSON Schema that all records of a stream conform to, found by looking at each."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def add(self, record: Record) -> None:
        """Take one record into account."""
        seen = self._seen
        for name, value in record.items():
            first = memoryview(value)[0]
            kind = KINDS.get(first)
            if kind is None:
                text = bytes(value)
                kind = NUMBER if b"." in text or b"e" in text or b"E" in text else INTEGER
            seen[name] = seen.get(name, 0) | kind

    def properties(self) -> dict[str, dict[str, Any]]:
        """Say the properties found, every one nullable; one that was always null is text."""
        return {name: {"type": [*_types(kinds), "null"]} for name, kinds in self._seen.items()}


def _types(kinds: int) -> list[str]:
    if kinds & INTEGER and kinds & NUMBER:
        kinds &= ~INTEGER
    return [name for bit, name in NAMES if kinds & bit] or ["string"]
