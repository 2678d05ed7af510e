"""What a message consists of, read from its BODYSTRUCTURE (RFC 9051, 7.5.2) without loading it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """A leaf of a message: `number` is what IMAP calls it, `size` its encoded octets."""

    number: str
    content_type: str
    charset: str
    encoding: str
    size: int
    filename: str
    attached: bool


def parts(body: Any, number: str = "") -> Iterator[Part]:
    """List the leaves of a message.

    Args:
        body: IMAPClient's `BodyData`.
        number: The number of the part that holds it; empty for the message itself.

    Yields:
        Leaves in the order of the message.
    """
    if body.is_multipart:
        for index, child in enumerate(body[0], 1):
            yield from parts(child, f"{number}.{index}" if number else str(index))
        return
    given = _pairs(body[2])
    disposition, placed = _disposition(body)
    filename = placed.get("filename") or given.get("name") or ""
    yield Part(
        number=number or "1",
        content_type=f"{_text(body[0])}/{_text(body[1])}".lower(),
        charset=given.get("charset", "utf-8"),
        encoding=_text(body[5]).lower(),
        size=int(body[6] or 0),
        filename=filename,
        attached=disposition == "attachment" or bool(filename),
    )


def readable(found: list[Part]) -> Part | None:
    """Choose the part that holds the text: plain before HTML."""
    for wanted in ("text/plain", "text/html"):
        for part in found:
            if part.content_type == wanted and not part.attached:
                return part
    return None


def _disposition(body: Any) -> tuple[str, dict[str, str]]:
    for item in body[7:]:
        if isinstance(item, tuple) and item and isinstance(item[0], bytes):
            name = item[0].lower()
            if name in {b"attachment", b"inline"}:
                return name.decode(), _pairs(item[1] if len(item) > 1 else None)
    return "", {}


def _pairs(flat: Any) -> dict[str, str]:
    items = [_text(item) for item in flat or ()]
    return {name.lower(): value for name, value in zip(items[::2], items[1::2], strict=False)}


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
