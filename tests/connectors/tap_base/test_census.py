"""Rows that are counted: what is gone is found by one number, and never by mistake."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.tap_base.census import Census, CountedStream
from connectors.tap_base.errors import AnswerError
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.testing import Run, StillClock, run
from tests.connectors.tap_base.plain import Items, PlainSandbox, TapPlain, made


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 30)), max_size=60))
def test_ranges_hold_what_was_put_in_and_not_taken_out(steps: list[tuple[bool, int]]) -> None:
    ranges: list[list[int]] = []
    census, held = Census(ranges), set()
    for put, number in steps:
        if put:
            census.add(number)
            held.add(number)
        elif number in held:
            census.remove(number)
            held.remove(number)
    assert list(census) == sorted(held)
    assert (len(census), census.highest) == (len(held), max(held, default=0))
    gaps = [(left[1], right[0]) for left, right in pairwise(ranges)]
    assert all(right - left > 1 for left, right in gaps), "neighbours are one range"


ROWS: list[dict[str, Any]] = []
ASKED: list[int] = []


class Counted(CountedStream, Items):
    """Items, whose source tells how many there are; it lists ids only when asked."""

    __module__ = "tests.connectors.tap_base.plain"
    newest_first = False

    def __init__(self, tap: Any) -> None:
        Items.__init__(self, tap)

    def count(self, up_to: int) -> int:
        return sum(row["id"] <= up_to for row in ROWS)

    def ids(self, up_to: int) -> Iterable[int]:
        ASKED.append(up_to)
        return [row["id"] for row in ROWS if row["id"] <= up_to]


class TapCounted(TapPlain):
    stream_classes: tuple[type[HttpStream], ...] = (Counted,)


def read(rows: list[dict[str, Any]], state: Any = None) -> Run:
    ROWS[:], ASKED[:] = rows, []
    with PlainSandbox(rows) as sandbox:
        config = {"base_url": sandbox.base_url, "token": "sandbox-token"}
        return run(TapCounted, config, state, clock=StillClock())


def test_a_row_that_is_gone_is_found_by_counting() -> None:
    rows = [row | {"id": row["id"] + 1} for row in made(25)][::-1]
    first = read(rows)
    assert first.state["bookmarks"]["items"]["ids"] == [[1, 25]]
    assert ASKED == [], "as long as the count is right no id is asked for"
    second = read([row for row in rows if row["id"] not in {7, 25}], first.state)
    gone = [row["id"] for row in second.records("items") if row.get("_sdc_deleted_at")]
    assert gone == ["7", "25"]
    assert ASKED == [25]
    kept = second.state["bookmarks"]["items"]["ids"]
    assert kept == [[1, 6], [8, 24]]
    third = read([row for row in rows if row["id"] not in {7, 25}], second.state)
    assert third.records("items") == []
    assert ASKED == []


def test_a_source_that_shows_nothing_any_more_deletes_nothing() -> None:
    rows = [row | {"id": row["id"] + 1} for row in made(5)][::-1]
    first = read(rows)
    second = read([], first.state)
    assert isinstance(second.error, AnswerError)
    assert "check the rights of our user" in str(second.error)
    assert second.records("items") == []
    assert second.state["bookmarks"]["items"]["ids"] == [[1, 5]]
