"""A message as a record: headers decoded, text extracted, addresses told apart. No I/O."""

import hashlib
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from inscriptis import get_text

from connectors.tap_imap.structure import Part

IDS = re.compile(r"<[^<>\s]+>")


def headers_of(raw: bytes) -> EmailMessage:
    """Parse a header block."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  # what policy.default makes
    return message


def text_of(part: Part, payload: bytes) -> str:
    """Decode the payload of a part, as far as it was loaded; HTML becomes plain text.

    Args:
        part: Where it comes from.
        payload: The first octets of the part, encoded as they are transferred.

    Returns:
        Text; what its charset cannot decode is replaced.
    """
    if part.encoding == "base64":
        payload = payload[: len(payload) // 4 * 4] if len(payload) < part.size else payload
    head = (
        f'Content-Type: {part.content_type}; charset="{part.charset}"\r\n'
        f"Content-Transfer-Encoding: {part.encoding or '7bit'}\r\n\r\n"
    )
    try:
        text = str(headers_of(head.encode("ascii", "replace") + payload).get_content())
    except LookupError:
        text = payload.decode("utf-8", "replace")
    return (get_text(text) if part.content_type == "text/html" else text).strip()


def record_of(place: dict[str, Any], raw: bytes, own: set[str]) -> dict[str, Any]:
    """Turn a message's headers into a record.

    Args:
        place: folder, uidvalidity, uid, received_at, size, flags.
        raw: The header block.
        own: Our addresses, lower case: what comes from one of them is outbound.

    Returns:
        A record of stream `messages`, without its text.
    """
    headers = headers_of(raw)
    message_id = _first_id(_header(headers, "Message-ID"))
    references = IDS.findall(_header(headers, "References") or "")
    parent = _first_id(_header(headers, "In-Reply-To")) or (references[-1] if references else None)
    sender = _addresses(headers, "From")
    address = sender[0]["address"] if sender else None
    return {
        "id": _identity(place, message_id, address, _header(headers, "Date") or ""),
        "message_id": message_id,
        "in_reply_to": parent,
        "references": references,
        "thread_id": references[0] if references else parent or message_id,
        "subject": _header(headers, "Subject"),
        "from": sender[0] if sender else None,
        "reply_to": _addresses(headers, "Reply-To"),
        "to": _addresses(headers, "To"),
        "cc": _addresses(headers, "Cc"),
        "sent_at": _instant(headers) or place["received_at"],
        "automatic": _is_automatic(headers),
        "list_id": _header(headers, "List-Id"),
        "direction": "outbound" if address in own else "inbound",
        **place,
    }


def _identity(place: dict[str, Any], message_id: str | None, sender: str | None, sent: str) -> str:
    """Name a message the same in every folder; the server's number is the last resort."""
    if not message_id:
        return f"{place['folder']}:{place['uidvalidity']}:{place['uid']}"
    named = "\0".join((message_id, sender or "", sent))
    return hashlib.blake2b(named.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _header(headers: EmailMessage, name: str) -> str | None:
    try:
        value = headers.get(name)
    except (ValueError, IndexError, AttributeError):  # malformed beyond what the parser forgives
        return None
    return None if value is None else str(value).replace("\0", "").strip() or None


def _addresses(headers: EmailMessage, name: str) -> list[dict[str, str | None]]:
    found = getaddresses([_header(headers, name) or ""])
    return [
        {"name": name or None, "address": address.lower()}
        for name, address in found
        if "@" in address
    ]


def _first_id(value: Any) -> str | None:
    found = IDS.search(str(value or ""))
    return found.group() if found else None


def _instant(headers: EmailMessage) -> str | None:
    try:
        moment = parsedate_to_datetime(_header(headers, "Date") or "")
    except (ValueError, TypeError, IndexError):
        return None
    return instant(moment)


def instant(moment: datetime) -> str:
    """Write an instant as RFC 3339 in UTC; one without a zone is taken as UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _is_automatic(headers: EmailMessage) -> bool:
    """Bounces, out-of-office notes and newsletters (RFC 3834): nobody waits for an answer."""
    submitted = (_header(headers, "Auto-Submitted") or "no").lower()
    precedence = (_header(headers, "Precedence") or "").lower()
    return submitted != "no" or precedence in {"bulk", "junk", "list", "auto_reply"}
