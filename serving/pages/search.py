"""Search by anything one knows: an id, an address, a number, a handle, a web address, a name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from serving.desk import Desk
from serving.lookup import MalformedKeyError, key
from serving.lookup.reader import Merged

NAMES = (Path(__file__).parent / "names.sql").read_text()
MOST = 50


def by_keys(desk: Desk, words: str) -> list[dict[str, Any]]:
    """Golden records that have what was typed as an id or a key."""
    reader = desk.reader()
    found = reader.customer(words)
    if found is not None and isinstance(found[0], Merged):
        found = reader.customer(found[0].customer_id)
    if found is not None and isinstance(found[0], bytes):
        return [golden(found[0])]
    for kind, value in _readings(words):
        try:
            documents, _ = reader.with_key(key(kind, value))
        except MalformedKeyError:
            continue
        if documents:
            return [golden(document) for document in documents[:MOST]]
    return []


def by_name(desk: Desk, generation: str, words: str) -> list[dict[str, Any]]:
    """Golden records by a part of a name or company, or by a web address; blocks for a while."""
    if len(words) < 2:
        return []
    values = {"words": words[:200], "most": MOST}
    return desk.history.ask(generation, "hub.duckdb", NAMES, values)


def _readings(words: str) -> Sequence[tuple[str, str]]:
    handle = words.removeprefix("@")
    return (
        ("email", words),
        ("phone", words),
        ("handle", words),
        ("external", words),
        *(("handle", f"{platform}:{handle}") for platform in ("x", "mastodon", "bluesky")),
    )


def golden(document: bytes) -> dict[str, Any]:
    """The golden record in a document."""
    record = msgspec.json.decode(document)["customer"]
    assert isinstance(record, dict)  # noqa: S101 - documents.sql makes them so
    return record
