"""Walking one feed, page by page, until its end or until rows are older than the bookmark."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connectors.tap_base.ahead import in_order
from connectors.tap_base.bookmark import Segment
from connectors.tap_base.errors import AnswerError, MissingError
from connectors.tap_base.paging import Answer, Paging, Request

MAX_PAGES = 100_000
MAX_EMPTY = 50
"""Pages without a row in a row that some APIs hand out before their end."""


Along = tuple[str, Mapping[str, Any]]
"""A stream's name and a row of it that came along with another stream's."""

Entry = tuple[dict[str, Any], Sequence[Along]]


@dataclass(frozen=True)
class Feed:
    """One list to read: a path and its parameters, or a whole request.

    `name` tells bookmarks of one stream's feeds apart; `context` is for the room's own use.
    `missing_ok`: that it does not exist (any more) is an answer, not an error.
    """

    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    name: str = "all"
    method: str = "GET"
    json: Any = None
    label: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    missing_ok: bool = False

    def request(self) -> Request:
        """Return the question for the first page, before the paging style adds to it."""
        return Request(self.path, self.params, self.method, self.json, label=self.label)


@dataclass(frozen=True)
class Page:
    """One page of a feed: its records, each with what came along, and the page after it."""

    feed: Feed
    segment: Segment
    records: Sequence[Entry]
    following: Request | None
    missing: bool = False


@dataclass(frozen=True)
class Walk:
    """How a stream's feeds are walked."""

    send: Callable[[Request], Answer]
    paging: Paging
    rows: Callable[[Answer, Feed], Sequence[Any]]
    entry: Callable[[Any, Feed], Entry | None]
    moment: Callable[[Mapping[str, Any]], datetime | None]
    newest_first: bool
    width: int
    warn: Callable[[str], None]

    def pages(self, feed: Feed, segment: Segment, since: Mapping[str, Any]) -> Iterator[Page]:
        """Yield the pages of a feed's segment.

        Args:
            feed: What to read.
            segment: Where to start and at which instant to stop.
            since: Parameters that make the source itself leave out what is older.

        Raises:
            TapError: The source fails, or pages without coming nearer to an end.
        """
        blank = feed.request()
        top = self.paging.first(replace(blank, params={**blank.params, **since}))
        start = segment.start and replace(
            segment.start, method=blank.method, headers=blank.headers, label=blank.label
        )
        try:
            answer = self.send(start or top)
        except MissingError:
            if not feed.missing_ok:
                raise
            yield Page(feed, segment, (), None, missing=True)
            return
        except AnswerError:
            if start is None:
                raise
            answer = self.send(top)  # the kept cursor has expired: read this stretch anew
        yield from self._from(answer, feed, segment)

    def _from(self, answer: Answer, feed: Feed, segment: Segment) -> Iterator[Page]:
        progress, total, came = Progress(answer.request), self.paging.total(answer), 0
        while True:
            rows = self.rows(answer, feed)
            came += len(rows)
            if not segment.until and came == len(rows):
                others = self.paging.rest(answer, rows)
                if others is not None:
                    yield self._page(feed, segment, rows, others[0] if others else None)
                    came += yield from self._parallel(feed, segment, others)
                    break
            following = progress.next(self.paging.next(answer, rows), rows)
            page = self._page(feed, segment, rows, following)
            yield page
            if page.following is None:
                break
            answer = self.send(page.following)
        if total is not None and came < total and not segment.until:
            self.warn(f"{feed.label or feed.name}: the source counts {total} rows, {came} came")

    def _page(
        self, feed: Feed, segment: Segment, rows: Sequence[Any], following: Request | None
    ) -> Page:
        """Turn rows into records; a page that ends before the segment's instant is its last."""
        made = [entry for row in rows if (entry := self.entry(row, feed)) is not None]
        if (until := segment.until) is not None:
            fresh = [entry for entry in made if (self.moment(entry[0]) or until) >= until]
            if self.newest_first and made and (self.moment(made[-1][0]) or until) < until:
                following = None
            made = fresh
        return Page(feed, segment, made, following)

    def _parallel(
        self, feed: Feed, segment: Segment, requests: Sequence[Request]
    ) -> Generator[Page, None, int]:
        def one(number: int) -> Iterator[tuple[Page, int]]:
            rows = self.rows(self.send(requests[number]), feed)
            after = requests[number + 1] if number + 1 < len(requests) else None
            yield self._page(feed, segment, rows, after), len(rows)

        came = 0
        sources = ((lambda n=n: one(n)) for n in range(len(requests)))
        for page, count in in_order(sources, self.width):
            came += count
            yield page
        return came


class Progress:
    """Notices a source whose pages never end: a cursor that returns, or pages that repeat."""

    def __init__(self, first: Request) -> None:
        """Start at a feed's first request."""
        self._asked = {self._key(first)}
        self._last: Sequence[Any] = ()
        self._empty = 0
        self._place = first.place

    def next(self, following: Request | None, rows: Sequence[Any]) -> Request | None:
        """Return the next request if it leads on.

        Args:
            following: What the paging style would ask next.
            rows: What the page before it held.

        Raises:
            AnswerError: It would lead in a circle, with rows that may be missing.
        """
        if following is None:
            return None
        self._empty = 0 if rows else self._empty + 1
        repeated = self._key(following) in self._asked
        if repeated and not rows:
            return None  # some sources say "the end" by repeating the last cursor
        stuck = bool(rows) and rows == self._last
        if repeated or stuck or self._empty > MAX_EMPTY or len(self._asked) > MAX_PAGES:
            raise AnswerError(
                "the source pages in a circle or without end",
                "what came was kept, the bookmark stays: report it to the vendor",
                place=self._place,
            )
        self._asked.add(self._key(following))
        self._last = rows
        return following

    @staticmethod
    def _key(request: Request) -> int:
        return hash((request.path, repr(sorted(request.params.items())), repr(request.json)))
