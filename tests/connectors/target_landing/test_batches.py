"""BATCH messages: the same rows as RECORDs, from files."""

import datetime as dt
import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.target_landing.errors import BadLineError, TooManyQuarantinedError

from .zones import Zone, record, schema, state

SCHEMA = schema(
    "s", ["id"], id="integer", name=["string", "null"], score=["number", "null"],
    ok=["boolean", "null"], moment={"type": ["string", "null"], "format": "date-time"},
    day={"type": ["string", "null"], "format": "date"},
    price={"type": ["number", "null"], "multipleOf": 0.01},
    tags={"type": ["array", "null"], "items": {"type": "string"}},
)  # fmt: skip
ROWS = [
    {"id": n, "name": f"Ünal {n}" if n % 3 else None, "score": n / 7, "ok": n % 2 == 0,
     "moment": f"2024-01-01T00:00:00.{n:06}Z", "day": "2024-02-29", "price": n / 4,
     "tags": ["a", str(n)]}
    for n in range(5000)
]  # fmt: skip


def batch(path: Path, kind: str, compression: str | None = None, **more: Any) -> dict:
    encoding = {"format": kind, **({"compression": compression} if compression else {})}
    return {
        "type": "BATCH",
        "stream": "s",
        "encoding": encoding,
        "manifest": [path.as_uri()],
        **more,
    }


def jsonl(path: Path, rows: list[Any]) -> Path:
    text = b"".join((r if isinstance(r, bytes) else json.dumps(r).encode()) + b"\n" for r in rows)
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def columns(zone: Zone) -> list[tuple]:
    return zone.rows(
        "s", "id, name, score, ok, moment, day, price, tags::json::varchar[], _tessera_row"
    )


@pytest.fixture
def expected(tmp_path: Path) -> list[tuple]:
    zone = Zone(tmp_path / "expected")
    zone.load(SCHEMA, *(record("s", row) for row in ROWS), state({"n": 1}))
    return columns(zone)


@pytest.mark.parametrize(("name", "compression"), [("b.jsonl", None), ("b.jsonl.gz", "gzip")])
def test_json_lines_give_the_same_rows_as_records(
    zone: Zone, tmp_path: Path, expected: list[tuple], name: str, compression: str | None
) -> None:
    zone.load(SCHEMA, batch(jsonl(tmp_path / name, ROWS), "jsonl", compression), state({"n": 1}))
    assert columns(zone) == expected
    assert zone.emitted == [{"n": 1}]


def typed() -> pa.Table:
    return pa.table({
        "id": pa.array([row["id"] for row in ROWS], pa.int32()),
        "name": [row["name"] for row in ROWS],
        "score": [row["score"] for row in ROWS],
        "ok": [row["ok"] for row in ROWS],
        "moment": pa.array(
            [dt.datetime.fromisoformat(row["moment"]) for row in ROWS], pa.timestamp("us", "UTC")
        ),
        "day": pa.array([dt.date.fromisoformat(row["day"]) for row in ROWS]),
        "price": pa.array([Decimal(str(row["price"])) for row in ROWS], pa.decimal128(12, 2)),
        "tags": [row["tags"] for row in ROWS],
    })  # fmt: skip


@pytest.mark.parametrize("make", [typed, lambda: pa.Table.from_pylist(ROWS)])
def test_parquet_gives_the_same_rows_as_records(
    zone: Zone, tmp_path: Path, expected: list[tuple], make: Any
) -> None:
    pq.write_table(make(), tmp_path / "b.parquet")
    zone.load(SCHEMA, batch(tmp_path / "b.parquet", "parquet"), state({"n": 1}))
    assert columns(zone) == expected


def test_parquet_of_plain_columns_and_records_mix_in_order(zone: Zone, tmp_path: Path) -> None:
    flat = schema("s", ["id"], id="integer", name=["string", "null"])
    pq.write_table(pa.table({"id": [2, 3], "name": ["b", None]}), tmp_path / "b.parquet")
    zone.load(flat, record("s", {"id": 1}), batch(tmp_path / "b.parquet", "parquet", version=4),
              record("s", {"id": 4}))  # fmt: skip
    assert zone.rows("s", "id, name, _tessera_row, _sdc_table_version") == [
        (1, None, 0, None), (2, "b", 1, 4), (3, None, 2, 4), (4, None, 3, None)
    ]  # fmt: skip


def test_broken_rows_of_a_batch_are_quarantined(zone: Zone, tmp_path: Path) -> None:
    bad = [b'{"id": 1, "score": NaN}', b'{"id": "x"}', b"no json", b'{"name": "n"}']
    zone.load(SCHEMA, batch(jsonl(tmp_path / "b.jsonl", [*ROWS[:50], *bad]), "jsonl"))
    assert [row[1] for row in zone.quarantined()] == [
        "not_finite",
        "type",
        "not_json",
        "missing_key",
    ]
    table = pa.table({"id": [None, 2, *range(100)], "score": [0.5, float("nan"), *[1.5] * 100]})
    pq.write_table(table, tmp_path / "b.parquet")
    zone.load(SCHEMA, batch(tmp_path / "b.parquet", "parquet"))
    assert [row[1] for row in zone.quarantined()][4:] == ["null_key", "not_finite"]
    assert len(zone.rows("s", "id")) == 150


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_missing_or_cut_off_file_fails_the_load(zone: Zone, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "gone"
    with pytest.raises(
        BadLineError, match="source crm, stream s: line 2 is a BATCH whose file gone is missing"
    ):
        zone.load(SCHEMA, batch(path, kind))
    path.write_bytes(gzip.compress(b'{"id": 1}\n' * 1000)[:-12])
    with pytest.raises(BadLineError, match="damaged or cut off"):
        zone.load(SCHEMA, batch(path, kind, "gzip"))


def test_an_unknown_encoding_fails_the_load(zone: Zone, tmp_path: Path) -> None:
    with pytest.raises(BadLineError, match="let the tap write jsonl"):
        zone.load(SCHEMA, batch(jsonl(tmp_path / "b", []), "csv"))
    with pytest.raises(BadLineError, match="of s3 files"):
        zone.load(SCHEMA, {**batch(tmp_path, "jsonl"), "manifest": ["s3://bucket/x"]})


def test_files_are_removed_only_when_asked_and_committed(zone: Zone, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "b.jsonl", ROWS[:10])
    zone.load(SCHEMA, batch(path, "jsonl"))
    assert path.exists()
    with pytest.raises(TooManyQuarantinedError):
        zone.load(SCHEMA, batch(path, "jsonl"), *[record("s", {})] * 9, remove_batches=True)
    assert path.exists()
    zone.load(SCHEMA, batch(path, "jsonl"), remove_batches=True)
    assert not path.exists()
