"""Records of one stream that are all written alike, into columns without an object per value.

Taps write the members of their records in one order. Where all lines of a part keep to that, they
are read in step: places of strings first, then member after member on all lines at once. Anything
else is left to the decoder, which knows all of JSON.
"""

from dataclasses import dataclass, field

import msgspec
import numpy as np
import pyarrow as pa

from connectors.target_landing.columns import Column
from connectors.target_landing.cuttings import array, cutter, integers, unescaped
from connectors.target_landing.errors import MisfitError
from connectors.target_landing.layouts import EXTRACTED, VERSION, Layout, kind_of, learned
from connectors.target_landing.members import Cells
from connectors.target_landing.tokens import Places, Tokens
from connectors.target_landing.walk import Walk

MOST_ESCAPES = 0.5  # a line: where there are more, the decoder is faster
_MOST_SKIPPED = 64
_LONGEST = 1 << 30  # bytes, for places in columns have 32 bits


@dataclass(frozen=True, slots=True)
class Part:
    """Records in columns.

    Attributes:
        arrays: one per column.
        extracted: `time_extracted` of each, as text.
        versions: `version` of each.
    """

    arrays: list[pa.Array]
    extracted: pa.Array
    versions: pa.Array


@dataclass
class InStep:
    """Reads the records of a stream.

    Args:
        columns: of the stream.
    """

    columns: tuple[Column, ...]
    _layout: Layout | None = field(default=None, init=False)
    _misses: int = field(default=0, init=False)
    _skip: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._able = all(kind_of(column) for column in self.columns)

    def read(self, part: bytes, ends: Places) -> Part | None:
        """Read lines of records; None if they are not all alike, or some is out of the ordinary.

        Args:
            part: the lines, without control characters.
            ends: places of their ends.
        """
        if not self._able or len(part) > _LONGEST:
            return None
        if self._skip:
            self._skip -= 1
            return None
        try:
            if self._layout is None or not part.startswith(self._layout.head):
                self._layout = learned(part, self.columns)
            out = self._read(self._layout, part, ends)
        except (MisfitError, pa.ArrowException, msgspec.MsgspecError, ValueError, OverflowError):
            # Where records differ, or odd ones are many, trying would only cost.
            self._layout = None
            self._misses += 1
            self._skip = min(2**self._misses, _MOST_SKIPPED) - 2
            return None
        self._misses = 0
        return out

    def _read(self, layout: Layout, part: bytes, ends: Places) -> Part:
        tokens = Tokens(part)
        if len(tokens.escapes) > MOST_ESCAPES * len(ends):
            raise MisfitError
        pa.StringArray.from_buffers(
            1, pa.py_buffer(np.array([0, len(part)], np.int32)), pa.py_buffer(part)
        ).validate(full=True)
        found: dict[int, Cells] = {}
        walk = Walk(tokens, layout.comma, found.__setitem__)
        starts = np.append(0, ends[:-1] + 1)
        string = np.searchsorted(tokens.opens, starts)
        if not (
            tokens.all_have(layout.head, starts) and (tokens.opens[string] == starts + 1).all()
        ):
            raise MisfitError
        string = string + layout.head.count(b'"') // 2
        at, string = walk.objects(layout.members, starts + len(layout.head), string)
        at, _ = walk.rest(layout.tail, at, string)
        if not (at == ends).all():
            raise MisfitError
        cut = cutter(part, found, len(ends))
        return Part(
            [
                array(column, found[place], cut(place), tokens)
                for place, column in enumerate(self.columns)
            ],
            unescaped(cut(EXTRACTED), found[EXTRACTED], tokens)
            if EXTRACTED in found
            else pa.nulls(len(ends)),
            integers(cut(VERSION), found[VERSION], tokens)
            if VERSION in found
            else pa.nulls(len(ends)),
        )
