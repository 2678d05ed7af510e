"""Records of JSON and JSON Lines, with every number and nested value exactly as it was written.

Nothing is parsed further than needed: a record is its fields' names and the raw text of their
values, which go out as they came in. So an id of 64 bits or more, or a price of 1.10, survives.
"""

import json
from collections.abc import Callable, Iterator
from typing import IO, Any

import msgspec
from msgspec import Raw

from connectors.tap_base.errors import TapError
from connectors.tap_files.rows import Reject

Record = dict[str, Raw]
Decode = Callable[[Any], dict[str, Any]]

_object = msgspec.json.Decoder(dict[str, Raw])
_plain = msgspec.json.Decoder(dict[str, Any])
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


def look(text: Raw | bytes) -> dict[str, Any]:
    """Decode a record for its types only; numbers too great for a double are told apart.

    Args:
        text: A JSON object.

    Returns:
        Its fields, whose values may be rounded.

    Raises:
        msgspec.MsgspecError: It is no JSON object.
    """
    try:
        return _plain.decode(text)
    except msgspec.DecodeError:
        return {name: json.loads(bytes(value)) for name, value in _object.decode(text).items()}


def read_lines(
    file: IO[bytes], names: list[str], *, clean: bool, decode: Decode = _object.decode
) -> Iterator[Any]:
    """Read JSON Lines.

    Args:
        file: UTF-8 text.
        names: The path to the records within a line.
        clean: Whether the text is known to be valid UTF-8.
        decode: What makes a record of an object's text.

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
                    yield number, decode(value)
            else:
                yield number, decode(line)
        except msgspec.MsgspecError:
            if line.strip():
                yield _reject(number, line, *_why(line))


def read_document(
    content: bytes, names: list[str], place: str, *, decode: Decode = _object.decode
) -> Iterator[Any]:
    """Read one JSON document.

    Args:
        content: UTF-8 text of the whole file.
        names: The path to the records.
        place: What to call the file in an error.
        decode: What makes a record of an object's text.

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
            yield position, decode(_on_one_line(value))
        except msgspec.MsgspecError:
            text = bytes(value)
            yield _reject(position, text, *_why(text))


def _reject(place: int, text: bytes, reason: str, told: str) -> Reject:
    return Reject(place, reason, told, text.decode(errors="backslashreplace"))


def _on_one_line(value: Raw) -> bytes:
    """Take the line breaks out of a value: a Singer message is one line."""
    text = bytes(value)
    return msgspec.json.format(text, indent=-1) if b"\n" in text or b"\r" in text else text


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
