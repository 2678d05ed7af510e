"""Fast emission says what the stock SDK says, and what it must not lose it keeps."""

import copy
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlparse

import msgspec
import pyarrow.parquet as pq
import pytest
import singer_sdk
from singer_sdk.exceptions import InvalidStreamSortException

from connectors.tap_base.errors import TapError
from connectors.tap_base.stream import Stream
from connectors.tap_base.tap import Tap

SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": ["integer", "null"]},
        "at": {"type": ["string", "null"], "format": "date-time"},
        "flag": {"type": ["boolean", "null"]},
        "n": {"type": ["number", "null"]},
        "o": {"type": ["object", "null"], "properties": {"x": {"type": "integer"}}},
    },
}
ROWS = [
    {"id": 1, "at": datetime(2024, 1, 1), "flag": 1, "n": 1.5, "o": {"x": 1}},
    {"id": 2, "at": datetime(2024, 1, 2, tzinfo=UTC), "flag": 0, "n": None, "o": None},
    {"id": 3, "at": "2024-01-01T12:00:00Z", "flag": None, "n": Decimal("2.50"), "o": {}},
]


def emit(
    rows: list[dict[str, Any]],
    *,
    stock: bool = False,
    config: dict[str, Any] | None = None,
    state: dict[str, Any] | None = None,
    catalog: Any = None,
    **attributes: Any,
) -> list[dict[str, Any]]:
    """Run a tap with one stream `s` of these rows and read back its messages."""

    def get_records(self: Any, context: Any) -> Iterator[dict[str, Any]]:
        del self, context
        yield from copy.deepcopy(rows)

    body = {"name": "s", "schema": SCHEMA, "primary_keys": ("id",), "get_records": get_records}
    kind = type("S", (singer_sdk.Stream if stock else Stream,), {**body, **attributes})

    class OneTap(singer_sdk.Tap if stock else Tap):  # type: ignore[misc]
        name = "tap-one"
        config_jsonschema: ClassVar = {"properties": {}}

        def discover_streams(self) -> list[Any]:
            return [kind(self)]

    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    tap = OneTap(config=config or {}, state=state, catalog=catalog)
    with redirect_stdout(out):
        try:
            tap.sync_all()
        finally:
            out.flush()
            emit.written = out.buffer.getvalue()  # type: ignore[attr-defined]
    lines = emit.written.decode().splitlines()  # type: ignore[attr-defined]
    return [json.loads(line, parse_float=Decimal) for line in lines]


def of(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == kind]


def comparable(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Messages without their clock, instants and numbers in one spelling."""
    text = json.dumps(
        [{k: v for k, v in message.items() if k != "time_extracted"} for message in messages],
        default=float,
    )
    return json.loads(text.replace(".000000", "").replace("+00:00", "Z"))


@pytest.mark.parametrize("key", [None, "id", "at"])
def test_messages_and_bookmarks_are_those_of_the_stock_sdk(key: str | None) -> None:
    rows = ROWS[:2] if key == "at" else ROWS
    ours = emit(rows, replication_key=key)
    stock = emit(rows, replication_key=key, stock=True)
    assert comparable(ours) == comparable(stock)
    assert all(message["time_extracted"].endswith("Z") for message in of(ours, "RECORD"))


def test_state_comes_every_so_many_records_as_from_the_stock_sdk() -> None:
    rows = [{"id": number} for number in range(1000)]
    attributes = {"replication_key": "id", "STATE_MSG_FREQUENCY": 300, "is_sorted": True}
    ours, stock = emit(rows, **attributes), emit(rows, stock=True, **attributes)
    assert comparable(ours) == comparable(stock)
    assert len(of(ours, "STATE")) == 4


@pytest.mark.parametrize("is_sorted", [True, False])
def test_a_bookmark_never_goes_back(is_sorted: bool) -> None:
    state = {"bookmarks": {"s": {"replication_key": "id", "replication_key_value": 7}}}
    messages = emit(ROWS, replication_key="id", state=state, is_sorted=is_sorted)
    final = of(messages, "STATE")[-1]["value"]["bookmarks"]["s"]
    assert final["replication_key_value"] == 7


def test_an_unsorted_record_in_a_sorted_stream_is_noticed() -> None:
    with pytest.raises((TapError, InvalidStreamSortException)):
        emit([{"id": 2}, {"id": 1}], replication_key="id", is_sorted=True)


def test_numbers_leave_exactly() -> None:
    emit([{"id": 2**80, "n": Decimal("0.10000000000000000000001"), "d": date(2024, 1, 1)}])
    assert b'"id":1208925819614629174706176' in emit.written
    assert b'"n":0.10000000000000000000001' in emit.written
    assert b'"d":"2024-01-01"' in emit.written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_no_number_is_not_turned_into_null(value: Any) -> None:
    (record,) = of(emit([{"id": 1, "n": value}]), "RECORD")
    assert record["record"]["n"] in {"nan", "inf", "NaN"}


def test_a_lone_surrogate_is_told_as_its_escape() -> None:
    (record,) = of(emit([{"id": 1, "name": "a\udc80b"}]), "RECORD")
    assert record["record"]["name"] == "a\udc80b"
    assert rb"a\udc80b" in emit.written


def test_raw_json_leaves_as_it_came() -> None:
    emit([{"id": msgspec.Raw(b"1"), "o": msgspec.Raw(b'{"x": 1.10}')}])
    assert b'"record":{"id":1,"o":{"x": 1.10}}' in emit.written


def test_undeclared_fields_are_kept_unless_the_schema_is_closed() -> None:
    (record,) = of(emit([{"id": 1, "new": 2}]), "RECORD")
    assert record["record"] == {"id": 1, "new": 2}
    closed = {**SCHEMA, "additionalProperties": False}
    (record,) = of(emit([{"id": 1, "new": 2}], schema=closed), "RECORD")
    assert record["record"] == {"id": 1}


def selected(*deselected: tuple[str, ...]) -> dict[str, Any]:
    metadata = [{"breadcrumb": [], "metadata": {"selected": True}}]
    metadata += [{"breadcrumb": list(path), "metadata": {"selected": False}} for path in deselected]
    entry = {"tap_stream_id": "s", "stream": "s", "schema": SCHEMA, "key_properties": ["id"]}
    return {"streams": [{**entry, "metadata": metadata}]}


@pytest.mark.parametrize("path", [("properties", "n"), ("properties", "o", "properties", "x")])
def test_deselected_fields_are_left_out(path: tuple[str, ...]) -> None:
    catalog = selected(path)
    ours, stock = emit(ROWS, catalog=catalog), emit(ROWS, catalog=catalog, stock=True)
    assert comparable(ours) == comparable(stock)
    assert path[-1] not in json.dumps(of(ours, "RECORD")[0]["record"], default=str)


def test_stream_maps_and_flattening_still_work() -> None:
    config = {"stream_maps": {"s": {"twice": "id * 2"}}}
    ours, stock = emit(ROWS, config=config), emit(ROWS, config=config, stock=True)
    assert comparable(ours) == comparable(stock)
    assert of(ours, "RECORD")[2]["record"]["twice"] == 6
    config = {"flattening_enabled": True, "flattening_max_depth": 1}
    ours, stock = emit(ROWS, config=config), emit(ROWS, config=config, stock=True)
    assert comparable(ours) == comparable(stock)


def test_a_version_is_activated_after_its_last_record() -> None:
    messages = emit(ROWS, config={"emit_activate_version_messages": True})
    kinds = [message["type"] for message in messages]
    assert kinds == ["SCHEMA", "RECORD", "RECORD", "RECORD", "ACTIVATE_VERSION", "STATE"]
    assert len({message["version"] for message in messages if "version" in message}) == 1


def test_a_tap_that_dies_halfway_activates_nothing_and_keeps_its_bookmark() -> None:
    def broken(self: Any, context: Any) -> Iterator[dict[str, Any]]:
        yield {"id": 1}
        raise RuntimeError("secret value 4711")

    with pytest.raises(TapError, match="unexpected RuntimeError at test_emission") as caught:
        emit([], get_records=broken, config={"emit_activate_version_messages": True})
    assert "4711" not in str(caught.value)
    messages = [json.loads(line) for line in emit.written.splitlines()]
    assert [message["type"] for message in messages] == ["SCHEMA"]


@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_batches_of_json_lines_hold_what_records_would(tmp_path: Path, compression: str) -> None:
    encoding = {"format": "jsonl", "compression": compression}
    messages = emit(ROWS, config=batched(tmp_path, encoding))
    batches = of(messages, "BATCH")
    assert [len(batch["manifest"]) for batch in batches] == [1, 1]
    assert all(batch["encoding"] == encoding for batch in batches)
    lines = []
    for batch in batches:
        content = Path(urlparse(batch["manifest"][0]).path).read_bytes()
        content = gzip.decompress(content) if compression == "gzip" else content
        lines += [json.loads(line, parse_float=Decimal) for line in content.splitlines()]
    assert lines == [message["record"] for message in of(emit(ROWS), "RECORD")]
    assert messages[-1]["type"] == "STATE"


def test_batches_of_parquet_hold_typed_columns(tmp_path: Path) -> None:
    flat = {
        "id": {"type": "integer"},
        "at": {"type": ["string", "null"], "format": "date-time"},
        "price": {"type": ["number", "null"], "multipleOf": 0.01},
        "none": {"type": ["string", "null"]},
    }
    rows = [{"id": 1, "at": datetime(2024, 1, 1), "price": Decimal("1.10")}, {"id": 2}]
    schema = {"type": "object", "properties": flat}
    config = batched(tmp_path, {"format": "parquet", "compression": "none"})
    (batch,) = of(emit(rows, config=config, schema=schema), "BATCH")
    assert batch["encoding"]["format"] == "parquet"
    assert pq.read_table(urlparse(batch["manifest"][0]).path).to_pylist() == [
        {"id": 1, "at": datetime(2024, 1, 1, tzinfo=UTC), "price": Decimal("1.10"), "none": None},
        {"id": 2, "at": None, "price": None, "none": None},
    ]


@pytest.mark.parametrize(
    "row", [{"o": {"x": 1}}, {"n": Decimal("0.1")}, {"id": 2**70}, {"new": 1}, {"at": "a\udc80"}]
)
def test_what_parquet_cannot_hold_exactly_goes_as_json_lines(tmp_path: Path, row: Any) -> None:
    config = batched(tmp_path, {"format": "parquet", "compression": "none"})
    rows = [{"id": 1, **row}]
    (batch,) = of(emit(rows, config=config), "BATCH")
    assert batch["encoding"] == {"format": "jsonl", "compression": "none"}
    content = Path(urlparse(batch["manifest"][0]).path).read_bytes()
    assert json.loads(content, parse_float=Decimal) == rows[0]


def test_a_batched_version_is_activated_before_the_state_leaves(tmp_path: Path) -> None:
    config = batched(tmp_path, {"format": "jsonl", "compression": "gzip"})
    messages = emit(ROWS, config={**config, "emit_activate_version_messages": True})
    assert [m["type"] for m in messages] == [
        "SCHEMA",
        "BATCH",
        "BATCH",
        "ACTIVATE_VERSION",
        "STATE",
    ]
    assert len({m["version"] for m in messages if "version" in m}) == 1


def batched(folder: Path, encoding: dict[str, str]) -> dict[str, Any]:
    storage = {"root": folder.as_uri(), "prefix": ""}
    return {"batch_config": {"encoding": encoding, "storage": storage, "batch_size": 2}}
