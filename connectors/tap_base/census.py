"""Deletions in sources that number their rows and tell of no deletion: the rows are counted.

The ids that came are kept as ranges in the state. Numbers are never given twice, so as long as
the source counts as many rows up to the highest of them, none is gone: one small question a run.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import itemgetter
from typing import Any

from connectors.tap_base.errors import AnswerError
from connectors.tap_base.http_stream import C_co, HttpStream
from connectors.tap_base.instants import written


class Census:
    """Whole numbers as sorted ranges `[[first, last], …]`: the state's list, changed in place."""

    def __init__(self, ranges: list[list[int]]) -> None:
        """Continue from the state."""
        self._ranges = ranges

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self._ranges)

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(range(first, last + 1) for first, last in self._ranges)

    @property
    def highest(self) -> int:
        """The highest number, 0 where there is none."""
        return self._ranges[-1][1] if self._ranges else 0

    def _at(self, number: int) -> int:
        return bisect_right(self._ranges, number, key=itemgetter(0)) - 1

    def add(self, number: int) -> None:
        """Note a number, once."""
        at = self._at(number)
        if at >= 0 and number <= self._ranges[at][1]:
            return
        grows = at >= 0 and self._ranges[at][1] == number - 1
        meets = at + 1 < len(self._ranges) and self._ranges[at + 1][0] == number + 1
        if grows and meets:
            self._ranges[at][1] = self._ranges.pop(at + 1)[1]
        elif grows:
            self._ranges[at][1] = number
        elif meets:
            self._ranges[at + 1][0] = number
        else:
            self._ranges.insert(at + 1, [number, number])

    def remove(self, number: int) -> None:
        """Forget a number that is there."""
        at = self._at(number)
        first, last = self._ranges[at]
        halves = [[first, number - 1], [number + 1, last]]
        self._ranges[at : at + 1] = [half for half in halves if half[0] <= half[1]]


class CountedStream(HttpStream[C_co]):
    """A stream whose key `id` is a number; its schema has `_sdc_deleted_at`."""

    def count(self, up_to: int) -> int:
        """Ask how many rows there are with ids up to this one."""
        raise NotImplementedError

    def ids(self, up_to: int) -> Iterable[int]:
        """Ask for all ids up to this one."""
        raise NotImplementedError

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """Yield what is new or changed, then a marked row for each that is gone."""
        known = Census(self.stream_state.setdefault("ids", []))
        for record in super().get_records(context):
            known.add(int(record["id"]))
            yield record
        if self.ABORT_AT_RECORD_COUNT is None and len(known) != self.count(known.highest):
            yield from self._gone(known)

    def _gone(self, known: Census) -> Iterator[dict[str, Any]]:
        left = set(self.ids(known.highest))
        gone = [number for number in known if number not in left]
        if gone and not left and len(gone) > 1:
            raise AnswerError(
                f"the source shows none of the {len(gone)} rows it had",
                "check the rights of our user; if they are really gone, read the source anew",
                place=self.name,
            )
        now = written(self.client.clock.now())
        for number in gone:
            known.remove(number)
            self.stream_state.get("seen", {}).pop(str(number), None)
            deleted = {"id": str(number), "_sdc_deleted_at": now}
            yield deleted | ({self.replication_key: now} if self.replication_key else {})
