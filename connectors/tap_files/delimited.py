"""Rows of CSV and TSV files, strictly: a row that does not fit is set aside, never bent.

The reader works at the speed of Python's csv module on whole chunks of lines. The chunks are
kept until their rows are read, so that after a broken row it can say which lines those were
and go on with the line after the first of them: an unclosed quote costs one row, not the file.
"""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import IO

from connectors.tap_base.errors import TapError
from connectors.tap_files.rows import Reject

CHUNK_CHARACTERS = 1 << 20
"""Lines are read in pieces of this size; a row longer than two of them is taken for broken."""

SAMPLE_LINES = 100
CANDIDATES = (",", ";", "\t", "|")

csv.field_size_limit(4 * CHUNK_CHARACTERS)


class _RunawayError(Exception):
    """A quote was opened and its end is nowhere near."""


class Lines:
    """The physical lines of a text, given to csv once and kept while a row needs them."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._kept: deque[tuple[int, list[str]]] = deque()
        self._next = 1
        self._again: list[str] = []
        self.row_start = 0

    def __iter__(self) -> Iterator[str]:
        """Give all lines from here on, those pushed back first."""
        return chain.from_iterable(self._chunks())

    def _chunks(self) -> Iterator[list[str]]:
        while True:
            lines, self._again = self._again, []
            if not lines:
                lines = self._text.readlines(CHUNK_CHARACTERS)
            if not lines:
                return
            while self._kept and self._kept[0][0] + len(self._kept[0][1]) <= self.row_start + 1:
                self._kept.popleft()
            if len(self._kept) > 2:
                self._again = lines
                raise _RunawayError
            self._kept.append((self._next, lines))
            self._next += len(lines)
            yield lines

    def since(self, start: int, end: int) -> list[str]:
        """Give again the lines after `start` up to `end`, counted from 1."""
        every = chain.from_iterable(lines for _, lines in self._kept)
        first = self._kept[0][0]
        return list(islice(every, start + 1 - first, end + 1 - first))

    def resume_after(self, line: int) -> None:
        """Go on with the line after this one, whatever was given out since."""
        self._again = self.since(line, self._next - 1) + self._again
        self._kept.clear()
        self._next = line + 1
        self.row_start = line


def sniff_delimiter(sample: list[str]) -> str:
    """Find the delimiter under which the lines have the same number of fields, and most.

    Args:
        sample: The first lines.

    Returns:
        One of comma, semicolon, tab and pipe; comma for a single column.
    """
    best, best_score = ",", (0.0, 0)
    for delimiter in CANDIDATES:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
        width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
        score = (rows / max(1, widths.total()), width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


class Table:
    """A delimited text: its header, then its rows."""

    def __init__(
        self,
        text: IO[str],
        place: str,
        *,
        delimiter: str | None,
        columns: list[str] | None,
        header: bool,
    ) -> None:
        """Read the header.

        Args:
            text: The decoded file, line ends untouched.
            place: What to call the file in an error.
            delimiter: A single character; None to sniff it.
            columns: Names to use in place of the header's.
            header: False where the first line is a row already.

        Raises:
            TapError: No header, or a name that stands in it twice.
        """
        self._lines = Lines(text)
        self._source = iter(self._lines)
        sample = list(islice(self._source, SAMPLE_LINES))
        if not any(line.strip() for line in sample):
            fix = "export it again, or set 'allow_empty: true' where that is what you mean"
            raise TapError("the file is empty", fix, place=place)
        self._delimiter = delimiter or sniff_delimiter(sample)
        self._lines.resume_after(0)
        self._restart(0)
        self.names = list(columns or [])
        if header:
            read = self._header(place)
            self.names = check_header(columns or read, place, self._base + self._reader.line_num)

    def _restart(self, base: int) -> None:
        self._base = base
        self._reader = csv.reader(iter(self._lines), delimiter=self._delimiter, strict=True)

    def _header(self, place: str) -> list[str]:
        try:
            return next(row for row in self._reader if row)
        except (csv.Error, _RunawayError):
            fix = "check its quotes and the delimiter"
            raise TapError("the header line cannot be read", fix, place=f"{place} line 1") from None

    def rows(self) -> Iterator[tuple[int, list[str]] | Reject]:
        """Read the rows.

        Yields:
            Each row's first line and fields, exactly as many as there are names; or what could
            not be read so.
        """
        width, lines = len(self.names), self._lines
        while True:
            reader, base = self._reader, self._base
            lines.row_start = base + reader.line_num
            try:
                for row in reader:
                    if len(row) == width:
                        yield lines.row_start + 1, row
                    elif row and not self._fits(row, width):
                        raw = "".join(lines.since(lines.row_start, base + reader.line_num))
                        fields = "1 field" if len(row) == 1 else f"{len(row)} fields"
                        told = f"{fields} where the header names {width}"
                        yield Reject(lines.row_start + 1, "field_count", told, raw)
                    elif row:
                        yield lines.row_start + 1, row[:width]
                    lines.row_start = base + reader.line_num
                return
            except (csv.Error, _RunawayError):
                broken = lines.row_start + 1
                raw = "".join(lines.since(broken - 1, broken))
                told = "a quote that is not closed or stands within a field"
                yield Reject(broken, "quotes", told, raw)
                lines.resume_after(broken)
                self._restart(broken)

    @staticmethod
    def _fits(row: list[str], width: int) -> bool:
        """Whether all that is too much are empty fields, as spreadsheets like to leave behind."""
        return len(row) > width and not any(row[width:])


def check_header(names: list[str], place: str, line: int = 1) -> list[str]:
    """Check column names; a nameless column is called by its position.

    Args:
        names: As the header has them.
        place: What to call the file in an error.
        line: The header's line.

    Returns:
        The names, without spaces around them.

    Raises:
        TapError: A name stands twice.
    """
    told = [name.strip() or f"column_{number}" for number, name in enumerate(names, 1)]
    for name, count in Counter(told).items():
        if count > 1:
            first, second = [n for n, other in enumerate(told, 1) if other == name][:2]
            problem = f"the header names '{name}' twice, in columns {first} and {second}"
            fix = "rename one, or list all names in 'columns'"
            raise TapError(problem, fix, place=f"{place} line {line}")
    return told
