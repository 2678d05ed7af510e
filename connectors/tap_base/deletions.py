"""Rows that a list no longer shows: each is asked for itself before it is called deleted."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from connectors.tap_base.ahead import in_order
from connectors.tap_base.errors import MissingError
from connectors.tap_base.instants import written
from connectors.tap_base.memory import Memory
from connectors.tap_base.paging import Request

if TYPE_CHECKING:
    from connectors.tap_base.http_stream import HttpStream

MAX_CONFIRMED = 500
"""Deletions confirmed per run; the rest keeps until the next."""


def gone(
    stream: "HttpStream", memory: Memory, whole: Mapping[str, datetime]
) -> Iterator[dict[str, Any]]:
    """Yield a marked row for each that is not there any more, and forget it.

    Args:
        stream: Whose rows; its `deleted_path` is asked.
        memory: What was emitted, and what this run met again.
        whole: The feeds that were read in full, each from which instant on.
    """
    missing = [found for name, since in whole.items() for found in memory.missing(name, since)]
    asked = (partial(_confirm, stream, memory, *found) for found in missing[:MAX_CONFIRMED])
    for key, moment in in_order(asked, int(stream.config.get("concurrency", 16))):
        del memory.kept[key]
        fields = {**memory.fields(key), stream.replication_key or "": moment}
        yield {**fields, "_sdc_deleted_at": written(stream.client.clock.now())}


def _confirm(
    stream: "HttpStream", memory: Memory, key: str, moment: str
) -> Iterator[tuple[str, str]]:
    """Ask for the thing itself: a list without it may be a fault."""
    path = stream.deleted_path
    try:
        stream.client.send(Request(path.format(**memory.fields(key)), label=path))
    except MissingError:
        yield key, moment
