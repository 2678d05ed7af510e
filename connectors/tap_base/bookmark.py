"""How far a feed has been read, robust to equal, late and newest-first timestamps.

A newest-first feed shows its top first: when a run dies halfway, what lies between is a gap
that the next run closes, so a backfill longer than one run's budget still ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.tap_base.instants import instant, written
from connectors.tap_base.paging import Request


@dataclass
class Segment:
    """A stretch of a feed still to be read: from a request (None: its top) down to an instant."""

    start: Request | None
    until: datetime | None
    started: bool = False


class Bookmark:
    """One feed's progress; its state is `{"newest": …, "gaps": […]}`."""

    def __init__(
        self,
        kept: Mapping[str, Any],
        *,
        look_back: timedelta,
        start_date: datetime | None,
        now: datetime,
        newest_first: bool,
    ) -> None:
        """Continue from the state.

        Args:
            kept: The feed's state, empty at the first run.
            look_back: How far before the newest row is read again.
            start_date: Nothing older is read.
            now: The run's start: rows dated later do not move the bookmark beyond it.
            newest_first: Whether the feed shows its newest rows first.
        """
        self.newest = instant(kept.get("newest"))
        self.first_run, self.look_back = self.newest is None, look_back
        self.read_since = self._floor(look_back, start_date)
        self._now, self._newest_first = now, newest_first
        self._top = self.newest
        self.segments = [Segment(None, self.read_since)]
        for gap in kept.get("gaps", ()):
            request = Request(gap["path"], gap.get("params") or {}, json=gap.get("json"))
            self.segments.append(Segment(request, instant(gap.get("until"))))

    def _floor(self, look_back: timedelta, start_date: datetime | None) -> datetime | None:
        if self.newest is None:
            return start_date
        until = self.newest - look_back
        return max(until, start_date) if start_date else until

    def meet(self, moment: datetime | None) -> None:
        """Take notice of a row's instant."""
        if moment is not None and (self._top is None or moment > self._top):
            self._top = min(moment, self._now)

    def page_done(self, segment: Segment, following: Request | None) -> None:
        """Take notice that all rows of a page are out.

        Args:
            segment: What the page belongs to.
            following: The request for the next page, None after the segment's last.
        """
        segment.start, segment.started = following, True
        if following is None:
            self.segments.remove(segment)
        if self._newest_first or not self.segments:
            self.newest = self._top

    def state(self) -> dict[str, Any]:
        """Return what the next run continues from."""
        gaps = [
            {
                "path": segment.start.path,
                "params": dict(segment.start.params),
                **({"json": segment.start.json} if segment.start.json is not None else {}),
                "until": written(segment.until) if segment.until else None,
            }
            for segment in self.segments
            if self._newest_first and segment.start is not None
        ]
        newest = {"newest": written(self.newest)} if self.newest else {}
        return {**newest, **({"gaps": gaps} if gaps else {})}
