"""Reading one stream: feeds fetched ahead, bookmarks kept, only what changed handed on.

Threads fetch and shape; everything that touches the state happens where records are written
out, so a bookmark never runs ahead of its rows.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from connectors.tap_base.ahead import Ahead, in_order
from connectors.tap_base.bookmark import Bookmark, Segment
from connectors.tap_base.deletions import gone
from connectors.tap_base.feed import Feed, Page, Walk
from connectors.tap_base.instants import instant, written
from connectors.tap_base.memory import Memory

if TYPE_CHECKING:
    from connectors.tap_base.http_stream import HttpStream

ALONG = Feed("", name="")
START = datetime.min.replace(tzinfo=UTC)
"""A follow-up question is answered in full: from here on."""


class Reader:
    """Reads a stream's feeds and keeps its state."""

    def __init__(self, stream: "HttpStream") -> None:
        """Belong to a stream; nothing is asked yet."""
        self._stream = stream
        self._books: dict[str, Bookmark] = {}
        self._answered: list[str] = []
        self._ahead: Ahead[Page] | None = None
        self._schema_written = False

    @property
    def _state(self) -> dict[str, Any]:
        return self._stream.stream_state

    @property
    def _memory(self) -> Memory:
        if not hasattr(self, "_kept_memory"):
            self._kept_memory = Memory(
                self._state.setdefault("seen", {}), self._stream.primary_keys
            )
        return self._kept_memory

    # Fetching, in threads

    def start(self) -> Ahead[Page]:
        """Begin to fetch in the background, from where the state says."""
        if self._ahead is None:
            kept = deepcopy(self._state)  # threads never look at the state itself
            self._books = {}
            self._ahead = Ahead(partial(self._pages, kept), depth=16)
        return self._ahead

    def _pages(self, kept: Mapping[str, Any]) -> Iterator[Page]:
        stream, width = self._stream, int(self._stream.config.get("concurrency", 16))
        walk = Walk(
            send=stream.client.send,
            paging=stream.paging,
            rows=stream.rows,
            entry=stream.entry,
            moment=stream.moment,
            newest_first=stream.newest_first,
            width=width,
            warn=stream.client.notices.warn,
        )

        def sources() -> Iterator[Any]:
            if stream.follows:
                pending = [Feed(**saved) for saved in kept.get("pending", {}).values()]
                for feed in stream.combine(pending):
                    yield partial(walk.pages, feed, Segment(None, None), {})
                return
            for feed in stream.feeds():
                self._books[feed.name] = book = self._book(feed.name, kept)
                for segment in list(book.segments):
                    since = stream.since(segment.until) if segment.until else {}
                    yield partial(walk.pages, feed, segment, since)

        yield from in_order(sources(), width)

    def _book(self, name: str, kept: Mapping[str, Any]) -> Bookmark:
        stream = self._stream
        old = kept.get("feeds", {}).get(name) or {"newest": kept.get("replication_key_value")}
        if stream.replication_method == REPLICATION_FULL_TABLE:
            old = {}
        incremental = stream.replication_key is not None
        return Bookmark(
            old,
            look_back=timedelta(days=float(stream.config["look_back_days"]))
            if "look_back_days" in stream.config
            else stream.look_back,
            start_date=instant(stream.config.get("start_date")) if incremental else None,
            now=stream.client.clock.now(),
            newest_first=stream.newest_first and stream.paging.resumable,
        )

    def knows(self, key: str) -> bool:
        """Tell whether a row of this primary key was emitted before, as far as is remembered."""
        return key in self._memory.kept

    # Handing on, where records are written out

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the stream's new and changed records, then those that were deleted."""
        if self._stream.selected and self._state.pop("unemitted", False):
            for key in ("feeds", "seen", "replication_key_value"):  # read for another stream only
                self._state.pop(key, None)
        if self._stream.follows:
            self._follow()
        elif self._stream.ABORT_AT_RECORD_COUNT is None:
            self._stream.tap.start_all()
        try:
            for page in self.start():
                yield from self._page(page)
            yield from self._deletions()
            if self._stream.ABORT_AT_RECORD_COUNT is None:
                self._settle()
        finally:
            if self._ahead is not None:
                self._ahead.stop()
            self._ahead = None

    def _page(self, page: Page) -> Iterator[dict[str, Any]]:
        stream = self._stream
        book = self._books.get(page.feed.name)
        for record, along in page.records:
            moment = stream.moment(record)
            if book is not None:
                book.meet(moment)
            if self._is_new(record, page.feed.name):
                for name, row in along:
                    stream.tap.hand(name, row, stream.name)
                stream.tap.consider(stream.name, record, stream.name)
                yield record
        if page.missing:
            for name, row in stream.gone(page.feed):
                stream.tap.hand(name, row, stream.name)
        if book is not None:
            book.page_done(page.segment, page.following)
            self._state.setdefault("feeds", {})[page.feed.name] = book.state()
        elif page.following is None:
            self._state.get("pending", {}).pop(_spot(page.feed), None)
            self._answered.append(page.feed.name)

    def _is_new(self, record: dict[str, Any], feed: str) -> bool:
        return self._memory.is_new(record, self._stream.moment(record), feed)

    def receive(self, row: Mapping[str, Any], by: str) -> None:
        """Emit a row that came along with another stream's, if it is new or changed."""
        stream = self._stream
        entry = stream.entry(row, ALONG)
        if entry is None or not self._is_new(entry[0], ""):
            return
        for name, inner in entry[1]:
            stream.tap.hand(name, inner, by)
        stream.tap.consider(stream.name, entry[0], by)
        if stream.selected:
            if not self._schema_written:
                self._schema_written = True
                stream._write_schema_message()
            stream._write_record_message(entry[0])

    def consider(self, record: Mapping[str, Any]) -> None:
        """Note what is to be asked because of another stream's record; the state keeps it."""
        feed = self._stream.feed_of(record)
        if feed is not None:
            self._state.setdefault("pending", {})[_spot(feed)] = asdict(feed)

    def _follow(self) -> None:
        """Where the stream followed is not selected, read it without emitting it."""
        followed = self._stream.tap.streams[self._stream.follows]
        if not followed.selected:
            limit = self._stream.ABORT_AT_RECORD_COUNT
            for _ in islice(followed.get_records(None), limit):
                pass
            followed.stream_state["unemitted"] = True

    def _deletions(self) -> Iterator[dict[str, Any]]:
        """Yield a marked row for each that has gone from a window which was read in full."""
        whole = {
            name: book.read_since
            for name, book in self._books.items()
            if not book.first_run and not book.segments and book.read_since
        }
        if self._stream.deleted_path:
            yield from gone(
                self._stream, self._memory, whole | dict.fromkeys(self._answered, START)
            )

    def _settle(self) -> None:
        """Close the run: the stream's bookmark is that of its slowest feed."""
        self._state.pop("pending", None)  # what `combine` left out is answered too
        newest = [book.newest for book in self._books.values()]
        if newest and all(newest):
            self._state["replication_key"] = self._stream.replication_key
            self._state["replication_key_value"] = written(min(m for m in newest if m))
        self._stream.tap.settled(self._stream.name)

    def prune(self) -> None:
        """Forget rows that no later run reads again; when all streams are through."""
        newest = [book.newest - book.look_back for book in self._books.values() if book.newest]
        self._memory.forget(min(newest, default=None))


def _spot(feed: Feed) -> str:
    """Return what tells one follow-up question from another."""
    return f"{feed.path}?{sorted(feed.params.items())}"
