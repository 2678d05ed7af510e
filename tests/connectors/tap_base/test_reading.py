"""Paging and bookmarks: nothing lost, nothing endless, nothing emitted twice for nothing."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.server import Fault
from connectors.tap_base.errors import AnswerError
from connectors.tap_base.paging import Cursor, Numbered, next_link
from connectors.tap_base.testing import Run, StillClock, run
from tests.connectors.tap_base.plain import SIZE, START, STYLES, PlainSandbox, made, tap_of


def read(sandbox: PlainSandbox, state: Any = None, style: str = "cursor", **attributes: Any) -> Run:
    config = {"base_url": sandbox.base_url, "token": "sandbox-token", "concurrency": 4}
    return run(tap_of(**STYLES[style], **attributes), config, state, clock=StillClock())


def ids(got: Run) -> list[int]:
    return [int(row["id"]) for row in got.records("items")]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", [0, 1, SIZE - 1, SIZE, SIZE + 1, 5 * SIZE])
def test_every_paging_style_reads_each_row_once_and_ends(style: str, count: int) -> None:
    with PlainSandbox(made(count)) as sandbox:
        got = read(sandbox, style=style)
    assert got.error is None
    assert ids(got) == list(range(count))[::-1]


@pytest.mark.parametrize("path", ["/loop", "/endless"])
def test_a_source_that_pages_in_a_circle_is_left_with_its_bookmark_unmoved(path: str) -> None:
    with PlainSandbox(made(30)) as sandbox:
        config = {"base_url": sandbox.base_url, "token": "sandbox-token"}
        style = {"path": path, "paging": Cursor("cursor", at="meta.next"), "newest_first": False}
        got = run(tap_of(**style), config, clock=StillClock())
        assert sandbox.seen[path] < 4
    assert isinstance(got.error, AnswerError)
    assert "circle" in str(got.error)
    assert "replication_key_value" not in got.state["bookmarks"]["items"]


def test_a_count_that_does_not_come_true_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with PlainSandbox(made(25)) as sandbox:
        read(sandbox, style="numbered")
        assert "counts" not in caplog.text
        sandbox.headers = {"X-Total": "99"}  # overrides what the list says
        read(sandbox, style="numbered")
    assert "counts 99 rows, 25 came" in caplog.text


def test_a_second_run_emits_nothing_and_asks_for_one_page() -> None:
    with PlainSandbox(made(45)) as sandbox:
        first = read(sandbox)
        sandbox.seen.clear()
        second = read(sandbox, first.state)
        assert sum(sandbox.seen.values()) == 1
    assert len(ids(first)) == 45
    assert ids(second) == []
    assert second.state == first.state


def test_new_rows_come_alone() -> None:
    rows = made(45)
    with PlainSandbox(rows[5:]) as sandbox:
        first = read(sandbox)
        sandbox.rows = rows
        second = read(sandbox, first.state)
    assert ids(second) == [44, 43, 42, 41, 40]


@pytest.mark.parametrize("newest_first", [True, False])
def test_equal_and_late_timestamps_lose_nothing(newest_first: bool) -> None:
    rows = made(30, step=timedelta(0))  # all at the same instant
    with PlainSandbox(rows[10:]) as sandbox:
        first = read(sandbox, newest_first=newest_first)
        late = {"id": 99, "at": (START - timedelta(minutes=40)).isoformat(), "text": "late"}
        sandbox.rows = [*rows, late]
        second = read(sandbox, first.state, newest_first=newest_first)
    assert sorted(ids(first) + ids(second)) == [*range(30), 99]


def test_a_row_from_the_future_does_not_carry_the_bookmark_away() -> None:
    rows = [{"id": 500, "at": "2126-01-01T00:00:00Z", "text": "scheduled"}, *made(3)]
    with PlainSandbox(rows) as sandbox:
        first = read(sandbox)
        sandbox.rows.insert(1, {"id": 501, "at": "2026-06-01T12:00:00Z", "text": "today"})
        second = read(sandbox, first.state)
    assert ids(second) == [501]


def test_edits_within_the_look_back_window_come_again_and_alone() -> None:
    with PlainSandbox(made(40)) as sandbox:
        first = read(sandbox, look_back=timedelta(hours=8))
        sandbox.rows = [dict(row) for row in sandbox.rows]
        sandbox.rows[3]["text"] = "edited"
        sandbox.rows[30]["text"] = "edited too late to be seen"
        second = read(sandbox, first.state, look_back=timedelta(hours=8))
    assert [row["text"] for row in second.records("items")] == ["edited"]


def test_deleted_rows_are_marked_and_hidden_ones_are_not() -> None:
    with PlainSandbox(made(40)) as sandbox:
        style = {"deleted_path": "/items/{id}", "look_back": timedelta(days=1)}
        first = read(sandbox, **style)
        gone = sandbox.rows.pop(2)
        second = read(sandbox, first.state, **style)
        third = read(sandbox, second.state, **style)
        assert sandbox.seen[f"/items/{gone['id']}"] == 1
    (record,) = second.records("items")
    assert record["id"] == str(gone["id"])
    assert record["_sdc_deleted_at"] == "2026-06-01T12:00:00.000000Z"
    assert third.records("items") == []


def test_a_list_that_comes_empty_by_mistake_deletes_nothing() -> None:
    with PlainSandbox(made(5)) as sandbox:
        style = {"deleted_path": "/items/{id}", "look_back": timedelta(days=1)}
        first = read(sandbox, **style)
        sandbox.listed = 0
        second = read(sandbox, first.state, **style)
    assert second.error is None
    assert second.records("items") == []


def test_a_backfill_that_dies_goes_on_where_it_was_and_closes_the_gap() -> None:
    rows = made(95)
    with PlainSandbox(rows[20:]) as sandbox:
        sandbox.faults.extend([None, None, None, *[Fault("status", 500)] * 7])  # type: ignore[list-item]
        first = read(sandbox, style="before")
        assert first.error is not None
        sandbox.rows = rows[10:]
        sandbox.faults.extend([None, None, *[Fault("status", 500)] * 7])  # type: ignore[list-item]
        second = read(sandbox, first.state, style="before")
        sandbox.rows = rows
        third = read(sandbox, second.state, style="before")
    assert third.error is None
    assert set(ids(first)) | set(ids(second)) | set(ids(third)) == set(range(95))


def test_a_gap_is_not_read_from_the_top_again() -> None:
    with PlainSandbox(made(95)) as sandbox:
        sandbox.faults.extend([*[None] * 7, *[Fault("status", 500)] * 7])  # type: ignore[list-item]
        first = read(sandbox, style="before")
        assert len(ids(first)) == 70
        sandbox.seen.clear()
        second = read(sandbox, first.state, style="before")
        assert sandbox.seen["/before"] == 4  # one for what is new, three for the gap
    assert sorted(ids(first) + ids(second)) == list(range(95))


def test_ids_are_text_and_times_are_utc_instants() -> None:
    row = {"id": 12345678901234567890, "at": "2026-05-01T02:00:00+02:00", "text": None}
    with PlainSandbox([row]) as sandbox:
        (record,) = read(sandbox).records("items")
    assert record["id"] == "12345678901234567890"
    assert record["at"] == "2026-05-01T00:00:00.000000Z"


def test_pages_whose_number_is_known_are_asked_at_once() -> None:
    with PlainSandbox(made(400)) as sandbox:
        sandbox.latency = 0.02
        config = {"base_url": sandbox.base_url, "token": "sandbox-token", "concurrency": 8}
        got = run(tap_of(**STYLES["numbered"]), config)
        assert len(ids(got)) == 400
        assert sandbox.peak == 8


def test_offsets_follow_a_server_that_caps_the_page_size() -> None:
    class Capped(PlainSandbox):
        async def _offset(self, request: Any) -> Any:
            return self._cut(int(request.query_params["offset"]), total=len(self.rows))

    wide = Numbered("offset", "limit", size=50, offset=True, total_at="total")
    with Capped(made(35)) as sandbox:
        config = {"base_url": sandbox.base_url, "token": "sandbox-token"}
        got = run(tap_of(path="/offset", paging=wide), config, clock=StillClock())
    assert ids(got) == list(range(35))[::-1]


def test_link_headers_are_read_as_written_in_the_wild() -> None:
    header = '<https://a.test/?q=1,2;x>; title="a, b"; rel="prev next", <https://b.test>; rel=last'
    assert next_link(header) == "https://a.test/?q=1,2;x"
    assert next_link('<https://b.test>; rel="last"') is None
