"""Runs of records in a chunk of lines, told from other messages without decoding anything.

A guess: what looks like records is decoded as records, and looked at line by line where that fails.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

HEAD = re.compile(
    rb'\{"type"(: ?)"RECORD"(, ?)"stream": ?("[^"\\\x00-\x1f]{1,200}"), ?"record": ?(?=\{)'
)
"""How most taps begin a record's message: what stands after a key, between members, the stream."""

_CONTROL = re.compile(rb'"type"\s*:\s*"(?:STATE|SCHEMA|ACTIVATE_VERSION|BATCH)"')
_RECORD = b'"RECORD"'
_HINT = 1 << 16  # a chunk of records says so early
_LINE_END, _FIRST_PRINTABLE = b"\n "
_ODD_SHARE = 8  # where more than one line in so many begins otherwise, beginnings tell nothing


class Run(NamedTuple):
    """Lines that belong together.

    Attributes:
        text: the lines.
        records: how many, if all look like records, else 0.
        ends: places of their ends, if these are known to be the only control characters.
    """

    text: bytes
    records: int
    ends: "npt.NDArray[np.int64] | None" = None


def runs(chunk: bytes, longest: int) -> Iterator[Run]:
    """Cut a chunk where records and other messages meet.

    Args:
        chunk: whole lines; the last may lack its end.
        longest: a line of more bytes than this is no ordinary record.
    """
    at = chunk.find(_RECORD, 0, _HINT)
    if at < 0 or (b"\\" in chunk and b"\\u0000" in chunk):
        yield Run(chunk, 0)
        return
    import numpy as np

    data = np.frombuffer(chunk, np.uint8)
    ends = np.flatnonzero(data < _FIRST_PRINTABLE)
    others = data[ends] != _LINE_END
    only = not others.any()
    if not only:
        ends = ends[~others]
    if not len(ends) or ends[-1] != len(chunk) - 1:
        ends = np.append(ends, len(chunk))
    starts = np.append(0, ends[:-1] + 1)
    # A tap begins its messages alike: another letter there is another type of message.
    letter = at - chunk.rfind(b"\n", 0, at)
    places = np.minimum(starts + letter, len(chunk) - 1)
    alike = data[places] == _RECORD[1]
    odd = len(ends) - int(np.count_nonzero(alike))
    if odd * _ODD_SHARE > len(ends):
        yield from _by_name(chunk, longest)
        return
    if odd or int((ends - starts).max()) > longest:
        alike &= ends - starts <= longest
        for text, count, first in _alike(chunk, starts, alike):
            own = ends[first : first + count] - starts[first] if only and count else None
            yield Run(text, count, own)
        return
    yield Run(chunk, len(ends), ends if only else None)


def stream_of(text: bytes) -> str | None:
    """The stream of the first line, if that begins as most taps begin records."""
    head = HEAD.match(text)
    try:
        return msgspec.json.decode(head[3], type=str) if head else None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _alike(
    chunk: bytes, starts: "npt.NDArray[np.int64]", alike: "npt.NDArray[np.bool_]"
) -> Iterator[tuple[bytes, int, int]]:
    import numpy as np

    turns = [0, *(np.flatnonzero(alike[1:] != alike[:-1]) + 1).tolist(), len(starts)]
    for first, last in pairwise(turns):
        end = int(starts[last]) if last < len(starts) else len(chunk)
        yield chunk[int(starts[first]) : end], last - first if alike[first] else 0, first


def _by_name(chunk: bytes, longest: int) -> Iterator[Run]:
    """Cut out the lines that name another type somewhere."""
    start = 0
    for match in _CONTROL.finditer(chunk):
        if match.start() < start:
            continue
        begin = chunk.rfind(b"\n", start, match.start()) + 1 or start
        end = chunk.find(b"\n", match.end()) + 1 or len(chunk)
        if begin > start:
            yield _counted(chunk[start:begin], longest)
        yield Run(chunk[begin:end], 0)
        start = end
    if start < len(chunk):
        yield _counted(chunk[start:], longest)


def _counted(part: bytes, longest: int) -> Run:
    lines = part.removesuffix(b"\n").split(b"\n")
    return Run(part, len(lines) if max(map(len, lines)) <= longest else 0)
