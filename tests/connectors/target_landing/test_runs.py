"""Runs of records are told from other messages without losing or reordering a byte."""

import json

import pytest

from connectors.target_landing.runs import runs

STATE = b'{"type": "STATE", "value": {"at": 1}}\n'


def record(number: int, stream: str = "s", *, type_last: bool = False) -> bytes:
    ends = {"record": {"id": number, "note": 'a "STATE" of mind'}}
    named = {"stream": stream} | ends | {"type": "RECORD"}
    return json.dumps(named if type_last else {"type": "RECORD"} | named).encode() + b"\n"


@pytest.mark.parametrize("type_last", [False, True])
def test_states_are_cut_out_and_records_stay_together(type_last: bool) -> None:
    first = b"".join(record(i, type_last=type_last) for i in range(20))
    then = b"".join(record(i, "other", type_last=type_last) for i in range(3))
    chunk = STATE + first + STATE + then + STATE
    parts = list(runs(chunk, 1 << 20))
    assert b"".join(part for part, *_ in parts) == chunk
    assert sum(count for _, count, _ in parts) == 23
    assert all(b'"type": "STATE"' not in part for part, count, _ in parts if count)


def test_a_line_without_its_end_counts() -> None:
    (one,) = runs(record(1) + record(2)[:-1], 1 << 20)
    assert one[:2] == (record(1) + record(2)[:-1], 2)


@pytest.mark.parametrize("others", [0, 30])
def test_an_overlong_line_is_no_ordinary_record(others: int) -> None:
    long = record(7).replace(b"mind", b"m" * 500)
    chunk = b"".join(map(record, range(others))) + STATE + long + STATE
    parts = list(runs(chunk, 400))
    assert b"".join(part for part, *_ in parts) == chunk
    assert all(long not in part for part, count, _ in parts if count)
    assert sum(count for _, count, _ in parts) == others
