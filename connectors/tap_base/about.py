"""What a room's README says beyond the SDK's own `--about`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.tap_base.http_stream import HttpStream


def streams_table(streams: Iterable[type["HttpStream"]]) -> str:
    """Describe the streams in a Markdown table.

    Args:
        streams: The room's stream classes.
    """
    head = "## Streams\n\n| Stream | Key | Bookmark | Read again | What |\n|---|---|---|---|---|\n"
    return head + "\n".join(
        f"| {made.name} | {', '.join(made.primary_keys)} | {made.replication_key or '-'} "
        f"| {_again(made)} | {(made.__doc__ or '').strip().splitlines()[0]} |"
        for made in streams
    )


def _again(made: type["HttpStream"]) -> str:
    if made.follows:
        return f"with {made.follows}"
    return str(made.look_back).removesuffix(", 0:00:00") if made.replication_key else "all"
