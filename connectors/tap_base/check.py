"""`tessera sources test NAME`: what one wants to know before the first load, in one screen."""

from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from connectors.tap_base.errors import AuthorisationError, TapError, UnavailableError
from connectors.tap_base.feed import Feed
from connectors.tap_base.instants import written

if TYPE_CHECKING:
    from connectors.tap_base.http_stream import HttpStream
    from connectors.tap_base.http_tap import HttpTap
    from connectors.tap_base.stream import Stream
    from connectors.tap_base.tap import Tap

MAX_FEEDS = 5
"""Feeds of one stream that are asked: a source may have thousands."""


@dataclass
class StreamReport:
    """What one stream's first pages show."""

    name: str
    rows: int | None = None
    """Rows to expect: the source's own count, or how many the first pages held. None where it
    depends on another stream."""
    at_least: bool = False
    """Whether there are more rows than counted."""
    newest: str | None = None
    error: str | None = None


@dataclass
class Report:
    """Whether a source can be read; holds no token and no personal value."""

    tap: str
    base_url: str = ""
    reachable: bool = False
    authorised: bool = False
    scopes_missing: list[str] | None = None
    """None where the source does not tell what we may do."""
    quota_left: float | None = None
    quota_limit: float | None = None
    streams: list[StreamReport] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: str | None = None

    @property
    def ok(self) -> bool:
        """Whether a run would succeed as far as can be told."""
        return (
            self.reachable
            and self.authorised
            and not self.error
            and not any(stream.error for stream in self.streams)
        )

    @property
    def newest(self) -> str | None:
        """The newest item of any stream: a UTC instant."""
        return max((s.newest for s in self.streams if s.newest), default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self), "newest": self.newest, "ok": self.ok}


def check(tap: "HttpTap") -> Report:
    """Ask who we are, then for the first page of every stream.

    Args:
        tap: A configured tap; its state is neither read nor changed.
    """
    report = Report(tap.name, tap.client.base_url)
    try:
        granted = tap.identify().get("scopes")
        if granted is not None:
            report.scopes_missing = [s for s in tap.scopes if not _covered(s, granted)]
        _judge(report, [_stream(stream, report) for stream in tap.streams.values()])
    except TapError as error:  # whoever is not told who it is is not let in either
        error.tap = error.tap or tap.name
        report.error = str(error)
        report.reachable = not isinstance(error, UnavailableError)
    if quota := tap.client.limiter.quota:
        report.quota_left, report.quota_limit = quota.remaining, quota.limit
    report.warnings = list(tap.client.notices.said)
    return report


def sampled(tap: "Tap") -> Report:
    """Say the same of a tap that does not speak HTTP, by what each stream expects of itself.

    Args:
        tap: A configured tap without state.
    """
    report = Report(tap.name)
    try:
        streams = list(tap.streams.values())
    except TapError as error:
        error.tap = error.tap or tap.name
        report.error = str(error)
        report.reachable = not isinstance(error, UnavailableError)
        return report
    failed: list[TapError | None] = list(tap.failures)
    report.streams = [StreamReport(error.stream, error=str(error)) for error in tap.failures]
    for stream in streams:
        made: Stream = stream  # type: ignore[assignment]  # ours are
        report.streams.append(told := StreamReport(made.name))
        try:
            told.rows, told.at_least, told.newest = made.expected()
            failed.append(None)
        except TapError as error:
            error.tap, error.stream = error.tap or tap.name, error.stream or made.name
            told.error = str(error)
            failed.append(error)
    _judge(report, failed)
    return report


def _judge(report: Report, failed: list[TapError | None]) -> None:
    """Conclude from what became of each stream."""
    report.reachable = not failed or not all(isinstance(e, UnavailableError) for e in failed)
    refused = all(isinstance(error, AuthorisationError) for error in failed if error)
    report.authorised = report.reachable and (not failed or None in failed or not refused)


def _covered(scope: str, granted: list[str]) -> bool:
    """A broader scope covers its parts: `read` covers `read:statuses`."""
    return scope in granted or scope.partition(":")[0] in granted


def _stream(stream: "HttpStream", whole: Report) -> TapError | None:
    report = StreamReport(stream.name)
    whole.streams.append(report)
    try:
        for feed in islice(stream.feeds(), MAX_FEEDS) if not stream.follows else ():
            _first_page(stream, feed, report)
    except TapError as error:
        error.tap, error.stream = stream.tap_name, stream.name
        report.error = str(error)
        return error
    return None


def _first_page(stream: "HttpStream", feed: Feed, report: StreamReport) -> None:
    answer = stream.client.send(stream.paging.first(feed.request()))
    rows = stream.rows(answer, feed)
    total = stream.paging.total(answer)
    report.rows = (report.rows or 0) + (len(rows) if total is None else total)
    if total is None and stream.paging.next(answer, rows) is not None:
        report.at_least = True
    if not stream.newest_first and (more := stream.paging.rest(answer, rows)):
        answer = stream.client.send(more[-1])  # oldest first: the newest is on the last page
        rows = stream.rows(answer, feed)
    elif not stream.newest_first and report.at_least:
        return
    moments = [
        moment
        for row in rows
        if (entry := stream.entry(row, feed)) and (moment := stream.moment(entry[0]))
    ]
    if moments:
        newest = written(max(moments))
        report.newest = max(newest, report.newest or newest)
