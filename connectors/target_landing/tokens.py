"""Where the strings of JSON lines lie and what stands at given places, for all lines at once."""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from connectors.target_landing.errors import MisfitError

Places = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

QUOTE, OPEN, CLOSE, LIST, UNLIST, NULL = b'"{}[]n'
_ESCAPE = ord("\\")
_ROOM = 256  # zeros behind the text, so that looking a little too far is harmless
_NUMERIC = np.isin(np.arange(256), list(b"+-.0123456789eE"))


class Tokens:
    """The strings of a text.

    Args:
        text: JSON, a value a line, as it is believed to be: what is found has to be held against
            what was expected.

    Attributes:
        opens: place of the quote that begins each string, and some beyond the text.
        closes: the same of the quotes that end them.
        escapes: places of backslashes that begin an escape.

    Raises:
        MisfitError: the quotes are uneven.
    """

    def __init__(self, text: bytes) -> None:
        size = len(text)
        self.text = text
        self.data = np.empty(size + _ROOM, np.uint8)
        self.data[size:] = 0
        data = self.data[:size]
        data[:] = np.frombuffer(text, np.uint8)
        quotes = data == QUOTE
        self.escapes: Places = _escapes(data) if b"\\" in text else np.empty(0, np.int64)
        if len(self.escapes):
            quotes[np.minimum(self.escapes + 1, size - 1)] = False
        places = np.flatnonzero(quotes)
        if len(places) % 2:
            raise MisfitError
        self._quotes = places
        # Beyond the last string are some that begin and end among the zeros.
        self.opens: Places = np.append(places[0::2], [size + 96] * 4)
        self.closes: Places = np.append(places[1::2], [size + 64] * 4)

    def has(self, text: bytes, places: Places) -> Truths:
        """Whether this stands at each place; `text` has no NUL and at most 128 bytes."""
        out: Truths = self._at(text, places) == text
        return out

    def all_have(self, text: bytes, places: Places) -> bool:
        """Whether this stands at all of the places."""
        return self._at(text, places).tobytes() == text * len(places)

    def _at(self, text: bytes, places: Places) -> npt.NDArray[np.bytes_]:
        shape = (len(self.data) - len(text) + 1,)
        windows: npt.NDArray[np.bytes_] = np.ndarray(shape, f"S{len(text)}", self.data, 0, (1,))
        return windows[places]

    @cached_property
    def escaped(self) -> Truths:
        """Which strings hold an escape."""
        flags = np.zeros(len(self.opens), np.bool_)
        flags[np.searchsorted(self.opens, self.escapes) - 1] = True
        return flags

    def escaping(self, first: Places, then: Places) -> Truths | None:
        """Where some string from one number up to another holds an escape; None if nowhere."""
        if not len(self.escapes):
            return None
        before = self._escaped_before
        out: Truths = before[then] != before[first]
        return out

    @cached_property
    def _escaped_before(self) -> Places:
        return np.append(0, np.cumsum(self.escaped))

    @cached_property
    def _member_ends(self) -> Places:
        """Last brackets of objects and arrays that are members of a message's record."""
        data = self.data
        # Both kinds of brackets differ by one bit; so do opening and closing ones, by two more.
        places = np.flatnonzero((((data | 0x20) - (OPEN | 0x20)) & 0xFD) == 0)
        places = places[np.searchsorted(self._quotes, places) % 2 == 0]
        closing = (data[places] | 0x20) == CLOSE
        depth = np.cumsum(np.where(closing, -1, 1))
        out: Places = places[closing & (depth == _RECORD_DEPTH)]
        return out

    def member_ends(self, starts: Places) -> Places:
        """Place behind each object or array that begins at a place."""
        ends = np.append(self._member_ends, len(self.text))
        out: Places = np.minimum(ends[np.searchsorted(ends, starts)] + 1, len(self.text))
        return out

    def number_ends(self, starts: Places) -> Places:
        """Place behind what could be a number."""
        ends = starts.copy()
        going = np.arange(len(starts))
        while len(going):
            going = going[_NUMERIC[self.data[ends[going]]]]
            ends[going] += 1
        return ends


_RECORD_DEPTH = 2  # a record is an object inside a message


def _escapes(data: npt.NDArray[np.uint8]) -> Places:
    """Backslashes that escape what follows: every other one of a run."""
    places = np.flatnonzero(data == _ESCAPE)
    order = np.arange(len(places))
    first = np.append(True, places[1:] != places[:-1] + 1)
    start = np.maximum.accumulate(np.where(first, order, 0))
    out: Places = places[(order - start) % 2 == 0]
    return out
