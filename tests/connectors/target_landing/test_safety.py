"""No record at or below the bookmark is ever missing, whatever kills the load."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connectors.target_landing.errors import SourceHeldError
from connectors.target_landing.hold import held
from connectors.target_landing.ledger import bookmark, newest, packages

from .zones import Zone, lines, record, schema, state

SEED = os.getpid()  # other moments every time; a failure says which
KILLS = int(os.environ.get("TESSERA_KILLS", "200"))
SCHEMA = schema("s", ["id"], id="integer", v="string")


@pytest.fixture
def command(zone: Zone, tmp_path: Path) -> list[str]:
    config = tmp_path / "config.json"
    settings = {"landing": str(zone.landing), "source": "crm", "max_package_seconds": 0.001}
    config.write_text(json.dumps(settings))
    return [sys.executable, "-m", "connectors.target_landing", "--config", str(config)]


def test_killed_loads_leave_no_gap_and_no_double(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.kennel", str(tmp_path), str(KILLS), str(SEED)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"seed {SEED}: {done.stderr[-2000:]}"
    report = json.loads(done.stdout)
    assert report["kills"] == KILLS
    assert report["died"] > KILLS // 4, "most loads finished before they were killed"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_the_load_at_once_and_state_covers_only_what_is_there(
    zone: Zone, command: list[str], number: signal.Signals
) -> None:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(lines([SCHEMA, record("s", {"id": 1, "v": "a"}), state({"n": 1})]))
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"n": 1}
        process.stdin.write(lines([record("s", {"id": 2, "v": "b"})]))
        process.stdin.flush()
        while not list(zone.home.glob(".open-*")):  # the record was taken
            time.sleep(0.01)
        process.send_signal(number)
        assert process.stdout.read() == b""
        assert process.wait() == -number
    assert bookmark(zone.landing, "crm") == {"n": 1}
    assert zone.rows("s", "id") == [(1,)]


def test_what_a_dead_load_left_is_removed_and_reported(
    zone: Zone, capsys: pytest.CaptureFixture[str]
) -> None:
    left = zone.home / ".open-load-000000000001-99"
    left.mkdir(parents=True)
    (left / "s.parquet").write_bytes(b"half")
    zone.load(SCHEMA, record("s", {"id": 1}))
    assert not left.exists()
    assert "removed .open-load-000000000001-99" in capsys.readouterr().err


def test_nobody_reading_state_is_an_error_but_loses_nothing(zone: Zone, command: list[str]) -> None:
    text = lines([SCHEMA, record("s", {"id": 1}), state({"n": 1})])
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, input=text, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.returncode == 1
    assert b"nobody reads the STATE" in done.stderr
    assert bookmark(zone.landing, "crm") == {"n": 1}
    assert zone.rows("s", "id") == [(1,)]


def test_a_tap_that_dies_within_a_line_fails_the_load(zone: Zone, command: list[str]) -> None:
    text = lines([SCHEMA, record("s", {"id": 1}), state({"n": 1}), record("s", {"id": 2})])[:-9]
    done = subprocess.run(command, input=text, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"source crm: line 4 is not a Singer message" in done.stderr
    at = (bookmark(zone.landing, "crm") or {"n": 0})["n"]
    assert newest(zone.landing, "crm") == at
    assert done.stdout == (b'{"n": 1}\n' if at else b"")


def _limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


def test_a_full_disk_fails_the_load_and_keeps_what_was_committed(
    zone: Zone, command: list[str]
) -> None:
    text = lines([SCHEMA, record("s", {"id": 0}), state({"n": 0})])
    subprocess.run(command, input=text, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    big = [record("s", {"id": n, "v": os.urandom(500).hex()}) for n in range(2000)]
    done = subprocess.run(
        command, input=lines([SCHEMA, *big, state({"n": 2000})]), capture_output=True, check=False,
        preexec_fn=_limit_files,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"nothing more was committed" in done.stderr
    assert done.stdout == b""
    assert bookmark(zone.landing, "crm") == {"n": 0}
    assert not list(zone.home.glob(".open-*"))
    subprocess.run(command, input=lines([SCHEMA, *big, state({"n": 2000})]), check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    assert len(zone.rows("s", "id")) == 2001


def test_a_full_file_system_fails_the_load(zone: Zone, command: list[str]) -> None:
    zone.landing.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(zone.landing)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        big = [record("s", {"id": n, "v": os.urandom(500).hex()}) for n in range(2000)]
        done = subprocess.run(
            command, input=lines([SCHEMA, *big, state({"n": 1})]), capture_output=True, check=False
        )
        assert done.returncode == 1
        assert b"No space left" in done.stderr
        assert newest(zone.landing, "crm") == 0
        assert not list(zone.home.glob(".open-*"))
    finally:
        subprocess.run(["umount", str(zone.landing)], check=True)


def test_two_loads_of_one_source_cannot_overlap_and_the_holder_is_named(
    zone: Zone, command: list[str]
) -> None:
    with held(zone.home):
        done = subprocess.run(command, input=b"", capture_output=True, check=False)
        assert done.returncode == 1
        assert (
            f"source crm: another load is running (process {os.getpid()} on" in done.stderr.decode()
        )
        with pytest.raises(SourceHeldError), held(zone.home):
            pass
    subprocess.run(command, input=b"", check=True)


def test_a_package_is_committed_while_the_tap_is_silent(zone: Zone, command: list[str]) -> None:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(lines([SCHEMA, record("s", {"id": 1}), state({"n": 1})]))
        process.stdin.flush()
        assert process.stdout.readline()  # without another byte from the tap
        assert newest(zone.landing, "crm") == 1
        process.stdin.close()


def test_long_streams_commit_as_they_go(zone: Zone) -> None:
    messages = [SCHEMA]
    for n in range(1, 101):
        messages += [record("s", {"id": n}), *([state({"n": n})] if n % 5 == 0 else [])]
    zone.load(*messages, max_package_records=12, chunk=100)
    assert [len(zone.sql(f"from '{p.path}/s.parquet'")) for p in packages(zone.landing, "crm")] == (
        [15] * 6 + [10]
    )
    assert zone.emitted == [{"n": n} for n in (15, 30, 45, 60, 75, 90, 100)]


def test_records_after_the_last_state_are_kept_but_not_bookmarked(zone: Zone) -> None:
    zone.load(SCHEMA, record("s", {"id": 1}), state({"n": 1}), record("s", {"id": 2}))
    assert zone.rows("s", "id") == [(1,), (2,)]
    zone.load(SCHEMA, record("s", {"id": 3}))  # a tap without STATE keeps the bookmark
    assert bookmark(zone.landing, "crm") == {"n": 1}


def test_a_load_without_a_change_writes_nothing(zone: Zone) -> None:
    zone.load(SCHEMA, record("s", {"id": 1}), state({"n": 1}))
    zone.load(SCHEMA, state({"n": 1}))
    zone.load(SCHEMA)
    assert newest(zone.landing, "crm") == 1
    assert zone.emitted == [{"n": 1}, {"n": 1}]
    zone.load(SCHEMA, state({"n": 2}))  # a bookmark that moved over nothing is a change
    assert (newest(zone.landing, "crm"), bookmark(zone.landing, "crm")) == (2, {"n": 2})


def test_a_stream_without_records_is_known_by_its_columns(zone: Zone) -> None:
    zone.load(SCHEMA, state({}))
    assert zone.types("s") == {"id": "BIGINT", "v": "VARCHAR"}
    assert zone.rows("s") == []


def test_a_replayed_input_gives_the_same_content(zone: Zone, tmp_path: Path) -> None:
    messages = [SCHEMA, *(record("s", {"id": n, "v": str(n)}) for n in range(50)), state({"n": 50})]
    zone.load(*messages)
    first = zone.rows("s")
    zone.load(*messages)
    latest = zone.sql(
        f"select id, v from {zone.table('s')} qualify row_number() over "
        "(partition by id order by _tessera_package desc, _tessera_row desc) = 1 order by id"
    )
    assert latest == first
    again = Zone(tmp_path / "again")
    again.load(*messages, chunk=64)
    assert again.rows("s") == first


def test_activate_version_marks_what_ceased_to_exist(zone: Zone) -> None:
    zone.load(
        SCHEMA, record("s", {"id": 1}, version=1), record("s", {"id": 2}, version=2),
        {"type": "ACTIVATE_VERSION", "stream": "s", "version": 2},
        record("s", {"id": 3}, version=2),
    )  # fmt: skip
    path = packages(zone.landing, "crm")[0].path / "_activations.parquet"
    assert zone.sql(f"select stream, version, row, _tessera_package from '{path}'") == [
        ("s", 2, 2, 1)
    ]
    assert zone.rows("s", "id, _tessera_row, _sdc_table_version") == [
        (1, 0, 1),
        (2, 1, 2),
        (3, 2, 2),
    ]
    zone.load(SCHEMA, {"type": "ACTIVATE_VERSION", "stream": "s", "version": 3})
    assert zone.manifest()["activations"] == [{"stream": "s", "version": 3, "row": 0}]
