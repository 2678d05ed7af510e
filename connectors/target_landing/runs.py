"""Runs of records in a chunk of lines, told from other messages without decoding anything.

A guess: what looks like records is decoded as records, and looked at line by line where that fails.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_CONTROL = re.compile(rb'"type"\s*:\s*"(?:STATE|SCHEMA|ACTIVATE_VERSION|BATCH)"')
_RECORD = b'"RECORD"'
_HINT = 1 << 16  # a chunk of records says so early
_LINE_END = ord("\n")
_ODD_SHARE = 8  # where more than one line in so many begins otherwise, beginnings tell nothing


def runs(chunk: bytes, longest: int) -> Iterator[tuple[bytes, int]]:
    """Cut a chunk where records and other messages meet.

    Args:
        chunk: whole lines; the last may lack its end.
        longest: a line of more bytes than this is no ordinary record.

    Yields:
        A part, and its number of lines if all look like records, else 0.
    """
    at = chunk.find(_RECORD, 0, _HINT)
    if at < 0 or (b"\\" in chunk and b"\\u0000" in chunk):
        yield chunk, 0
        return
    import numpy as np

    data = np.frombuffer(chunk, np.uint8)
    ends = np.flatnonzero(data == _LINE_END) + 1
    if not len(ends) or ends[-1] != len(chunk):
        ends = np.append(ends, len(chunk))
    starts = np.append(0, ends[:-1])
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
        yield from _alike(chunk, starts, alike)
        return
    yield chunk, len(ends)


def _alike(
    chunk: bytes,
    starts: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    alike: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
) -> Iterator[tuple[bytes, int]]:
    import numpy as np

    turns = [0, *(np.flatnonzero(alike[1:] != alike[:-1]) + 1).tolist(), len(starts)]
    for first, last in pairwise(turns):
        end = int(starts[last]) if last < len(starts) else len(chunk)
        yield chunk[int(starts[first]) : end], last - first if alike[first] else 0


def _by_name(chunk: bytes, longest: int) -> Iterator[tuple[bytes, int]]:
    """Cut out the lines that name another type somewhere."""
    start = 0
    for match in _CONTROL.finditer(chunk):
        if match.start() < start:
            continue
        begin = chunk.rfind(b"\n", start, match.start()) + 1 or start
        end = chunk.find(b"\n", match.end()) + 1 or len(chunk)
        if begin > start:
            yield _counted(chunk[start:begin], longest)
        yield chunk[begin:end], 0
        start = end
    if start < len(chunk):
        yield _counted(chunk[start:], longest)


def _counted(part: bytes, longest: int) -> tuple[bytes, int]:
    lines = part.removesuffix(b"\n").split(b"\n")
    return part, len(lines) if max(map(len, lines)) <= longest else 0
