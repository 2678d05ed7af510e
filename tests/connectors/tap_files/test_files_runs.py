"""What one run leaves for the next: snapshots, bookmarks, and files that are gone or change."""

import json
import os
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest

from connectors.tap_files import streams


def config(path: object, **settings) -> dict:
    return {"streams": {"s": {"path": str(path), "key": ["id"], **settings}}}


def ids(run) -> list[str]:
    return [record["id"] for record in run.records()]


def test_an_unchanged_file_is_not_even_opened(run, write, monkeypatch) -> None:
    path = write("s.csv", "id,a\n1,x\n")
    first = run(config(path))
    monkeypatch.setattr(streams, "Reader", None)
    second = run(config(path), first.state)
    assert not second.failures
    assert {message["type"] for message in second.messages} == {"STATE"}
    assert second.state == first.state


def test_a_touched_file_is_known_by_its_checksum_and_its_new_time_noted(run, write) -> None:
    path = write("s.csv", "id,a\n1,x\n")
    first = run(config(path))
    os.utime(path, (1, 1))
    second = run(config(path), first.state)
    assert not second.of("RECORD")
    assert second.state["bookmarks"]["s"]["files"][str(path)]["modified"].startswith("1970-")


def test_a_changed_file_is_a_snapshot_activated_after_its_last_row(run, write) -> None:
    path = write("s.csv", "id,a\n1,x\n2,y\n")
    first = run(config(path))
    write("s.csv", "id,a\n2,z\n3,w\n4,v\n")
    second = run(config(path), first.state)
    assert ids(second) == ["2", "3", "4"]
    kinds = [message["type"] for message in second.messages]
    assert kinds == ["STATE", "SCHEMA", *["RECORD"] * 3, "ACTIVATE_VERSION", "STATE"]
    (version,) = {message["version"] for message in second.of("RECORD")}
    assert second.of("ACTIVATE_VERSION")[0]["version"] == version
    assert version > first.of("ACTIVATE_VERSION")[0]["version"]


def test_a_version_grows_even_when_the_clock_goes_back(run, write) -> None:
    path = write("s.csv", "id,a\n1,x\n")
    state = run(config(path)).state
    state["bookmarks"]["s"]["version"] = 10**15
    write("s.csv", "id,a\n1,xx\n")
    assert run(config(path), state).of("ACTIVATE_VERSION")[0]["version"] == 10**15 + 1


def test_changed_settings_read_the_same_file_again(run, write) -> None:
    path = write("s.csv", "id,a\n1,5\n")
    first = run(config(path))
    second = run(config(path, types={"a": "integer"}), first.state)
    assert second.records() == [{"id": "1", "a": 5}]


def test_while_a_row_cannot_be_read_no_row_is_taken_for_deleted(run, write) -> None:
    path = write("s.csv", "id,a\n1,x\n2,y\n")
    first = run(config(path))
    write("s.csv", "id,a\n1,x\n2,y,z\n")
    second = run(config(path), first.state)
    assert not second.of("ACTIVATE_VERSION")
    write("s.csv", "id,a\n1,xx\n")
    assert len(run(config(path), second.state).of("ACTIVATE_VERSION")) == 1


def test_a_glob_is_one_snapshot_of_all_its_files(run, write, tmp_path: Path) -> None:
    old, new = write("1.csv", "id,a\n1,x\n2,y\n"), write("2.csv", "id,a,b\n2,z,q\n")
    os.utime(old, (1, 1))
    pattern = tmp_path / "*.csv"
    first = run(config(pattern))
    assert [record["a"] for record in first.records()] == ["x", "y", "z"]
    assert list(first.of("SCHEMA")[0]["schema"]["properties"]) == ["id", "a", "b"]
    old.unlink()
    second = run(config(pattern), first.state)
    assert ids(second) == ["2"]
    assert len(second.of("ACTIVATE_VERSION")) == 1
    assert list(second.state["bookmarks"]["s"]["files"]) == [str(new)]


def test_appended_files_load_what_is_new_and_delete_nothing(run, write, tmp_path: Path) -> None:
    write("1.csv", "id,a\n1,x\n")
    settings = {"append": True}
    first = run(config(tmp_path / "*.csv", **settings))
    write("2.csv", "id,a\n2,y\n")
    second = run(config(tmp_path / "*.csv", **settings), first.state)
    assert ids(second) == ["2"]
    assert not first.of("ACTIVATE_VERSION")
    assert not second.of("ACTIVATE_VERSION")
    assert all("version" not in message for message in second.of("RECORD"))


def test_a_replication_key_lets_through_what_is_not_older(run, write) -> None:
    path = write("s.csv", "id,at\n1,2024-01-01\n2,2024-01-03\n")
    settings = {"replication_key": "at"}
    first = run(config(path, **settings))
    assert first.state["bookmarks"]["s"]["replication_key_value"] == "2024-01-03"
    write("s.csv", "id,at\n1,2024-01-01\n2,2024-01-03\n3,2024-01-03\n4,2024-02-01\n5,\n")
    second = run(config(path, **settings), first.state)
    assert ids(second) == ["2", "3", "4", "5"]
    assert not second.of("ACTIVATE_VERSION")
    assert second.state["bookmarks"]["s"]["replication_key_value"] == "2024-02-01"


def test_a_replication_key_that_does_not_sort_as_text_needs_a_type(run, write) -> None:
    path = write("s.csv", "id,n\na,9\nb,10\n")
    (failure,) = run(config(path, replication_key="n")).failures
    assert "declare its type, such as 'types: {n: integer}'" in failure
    typed = {"replication_key": "n", "types": {"n": "integer"}}
    first = run(config(path, **typed))
    assert first.state["bookmarks"]["s"]["replication_key_value"] == 10
    write("s.csv", "id,n\na,9\nb,10\nc,11\n")
    assert ids(run(config(path, **typed), first.state)) == ["b", "c"]


def test_one_stream_that_fails_keeps_its_bookmark_and_stops_no_other(run, write) -> None:
    good, bad = write("g.csv", "id\n1\n"), write("b.csv", "id\n1\n")
    streams = {"a": {"path": str(bad), "key": "id"}, "b": {"path": str(good), "key": "id"}}
    first = run({"streams": streams})
    bad.write_bytes(b"id,id\n1,2\n")
    good.write_bytes(b"id\n2\n")
    second = run({"streams": streams}, first.state)
    assert len(second.failures) == 1
    assert second.records("b") == [{"id": "2"}]
    bookmarks = second.state["bookmarks"]
    assert bookmarks["a"] == first.state["bookmarks"]["a"]
    assert bookmarks["b"] != first.state["bookmarks"]["b"]


def test_a_file_that_changes_while_it_is_read_is_not_taken_for_a_snapshot(
    run, write, monkeypatch
) -> None:
    path = write("s.csv", "id\n1\n")
    locate = streams.locate

    def meddle(paths):
        path.write_text("id\n1\n2\n")
        return locate(paths)

    monkeypatch.setattr(streams, "locate", meddle)
    changed = run(config(path))
    assert "the file changed while it was read" in changed.failures[0]
    assert not changed.of("ACTIVATE_VERSION")
    assert "files" not in changed.state["bookmarks"]["s"] if changed.of("STATE") else True


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("gone.csv", "gone.csv: no such file; check 'path', and that the export ran"),
        ("*.csv", "*.csv: no such file; check 'path', and that the export ran"),
        ("", "this is a folder; name its files, such as"),
        ("nosuch://x/y.csv", "storage cannot be read"),
    ],
)
def test_a_path_without_a_file_fails_in_a_sentence(run, tmp_path, path, sentence) -> None:
    (failure,) = run(config(path if "://" in path else tmp_path / path)).failures
    assert failure.startswith("tap-files: s: ")
    assert sentence in failure


def test_settings_that_are_not_understood_fail_in_a_sentence(run) -> None:
    from connectors.tap_base.errors import TapError
    from connectors.tap_files.settings import read_settings

    with pytest.raises(TapError, match="Expected"):
        read_settings({"path": 5})
    with pytest.raises(TapError, match="list them in 'columns'"):
        read_settings({"path": "x", "header": False})


def test_urls_are_read_through_fsspec(run) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/box/one.csv", b"id,a\n1,x\n")
    first = run(config("memory://box/one.csv"))
    assert first.records() == [{"id": "1", "a": "x"}]
    assert not run(config("memory://box/one.csv"), first.state).of("RECORD")
    memory.pipe("/box/one.csv", b"id,a\n1,y\n")
    assert run(config("memory://box/one.csv"), first.state).records() == [{"id": "1", "a": "y"}]
    memory.pipe("/box/two.csv", b"id,a\n2,z\n")
    assert ids(run(config("memory://box/*.csv"))) == ["1", "2"]


def test_the_command_tells_the_failure_last_and_exits_with_1(tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_text("id\n1\n")
    streams = {"good": {"path": "good.csv", "key": "id"}, "bad": {"path": "bad.csv"}}
    (tmp_path / "config.json").write_text(json.dumps({"streams": streams}))
    command = [Path(sys.executable).with_name("tap-files"), "--config", "config.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(
        "bad: bad.csv: no such file; check 'path', and that the export ran"
    )
    assert '"record":{"id":"1"}' in done.stdout
