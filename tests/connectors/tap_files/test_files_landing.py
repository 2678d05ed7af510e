"""From a file to a load package: what is good is filed exactly, what is not is quarantined."""

import csv
import io
import json
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.tap_files import streams
from connectors.tap_files.tap import TapFiles
from connectors.target_landing import ledger


def land(config: dict[str, Any], landing: Path, **settings: Any) -> str:
    """Load into a landing zone as the two commands would; says what the target told."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(out):
        TapFiles(config=config, state=ledger.bookmark(landing, "crm")).sync_all()
    out.flush()
    told = landing.parent / "target.json"
    told.write_text(json.dumps({"landing": str(landing), "source": "crm", **settings}))
    command = [sys.executable, "-m", "connectors.target_landing", "--config", str(told)]
    done = subprocess.run(command, input=out.buffer.getvalue(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stderr.decode()


def newest(landing: Path, file: str) -> str:
    return str(ledger.packages(landing, "crm")[-1].path / file)


def test_a_bad_row_is_quarantined_with_its_place_and_the_rest_goes_on(tmp_path: Path) -> None:
    path, landing = tmp_path / "s.csv", tmp_path / "landing"
    path.write_bytes(b"id,name\n1,Zo\xc3\xab\n2,a,b\n3,\xff\xff\n,x\n4,d\n")
    config = {"streams": {"contacts": {"path": str(path), "key": ["id"]}}}
    told = land(config, landing, max_quarantined_share=0.9)
    rows = duckdb.read_parquet(newest(landing, "contacts.parquet")).project("id, name").fetchall()
    assert rows == [("1", "Zoë"), ("4", "d")]
    refused = duckdb.read_parquet(newest(landing, "quarantine.parquet")).fetchall()
    reasons = [row[1] for row in refused]
    assert reasons == ["field_count", "encoding", "missing_key"]
    assert b"s.csv line 3: 3 fields where the header names 2" in refused[0][4]
    assert b"2,a,b" in refused[0][4]
    assert "3 record(s) quarantined" in told
    assert "a,b" not in told


def test_an_unchanged_file_adds_no_package(tmp_path: Path) -> None:
    path, landing = tmp_path / "s.csv", tmp_path / "landing"
    path.write_text("id,name\n1,a\n")
    config = {"streams": {"contacts": {"path": str(path), "key": ["id"]}}}
    land(config, landing)
    land(config, landing)
    assert ledger.newest(landing, "crm") == 1
    path.write_text("id,name\n1,ab\n")
    land(config, landing)
    assert ledger.newest(landing, "crm") == 2


@pytest.mark.parametrize("batches", [None, "jsonl", "parquet"])
def test_real_contacts_land_exactly(shared: Path, tmp_path: Path, monkeypatch, batches) -> None:
    monkeypatch.setattr(streams, "BULK_BYTES", 0)
    data, landing = shared / "data" / "congress2017", tmp_path / "landing"
    config: dict[str, Any] = {
        "streams": {
            "contacts": {"path": str(data / "crm_contacts.csv"), "key": ["bioguide_id"]},
            "users": {"path": str(data / "x_users_v1.jsonl"), "key": ["id_str"]},
        }
    }
    if batches:
        encoding = {"format": batches, "compression": "none"}
        storage = {"root": str(tmp_path / "batches")}
        config["batch_config"] = {"encoding": encoding, "storage": storage, "batch_size": 100}
    land(config, landing, remove_batches=True)
    with (data / "crm_contacts.csv").open(newline="") as file:
        expected = [tuple(row) for row in csv.reader(file)]
    landed = duckdb.read_parquet(newest(landing, "contacts.parquet")).order("_tessera_row")
    names = ", ".join(f'"{name}"' for name in expected[0])
    assert landed.project(names).fetchall() == expected[1:]
    users = duckdb.read_parquet(newest(landing, "users.parquet")).order("_tessera_row")
    found = users.project("id_str, id, status->>'$.id_str', status->>'$.text'").fetchall()
    told = [json.loads(line) for line in (data / "x_users_v1.jsonl").read_text().splitlines()]
    statuses = [(user.get("status") or {}) for user in told]
    assert found == [
        (user["id_str"], user["id"], status.get("id_str"), status.get("text"))
        for user, status in zip(told, statuses, strict=True)
    ]
    assert not batches or not list((tmp_path / "batches").iterdir())
