"""A server that cannot be had is told with its reason, in time, and never counts as passed."""

import socket
import time
from pathlib import Path

import pytest

from tests import live
from tests.live.__main__ import Count, begin


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shared folder whose scripts a test writes; nobody listens on their port."""
    monkeypatch.setenv("SERVERS_DIR", str(tmp_path / "data"))
    monkeypatch.setitem(live.SERVERS, "toy", live.Server([1], 0.5, needs_root=False))
    (tmp_path / "servers").mkdir()
    return tmp_path / "servers" / "toy.sh"


def test_a_server_that_starts_says_so(scripts: Path) -> None:
    scripts.write_text("echo installing; echo READY http://127.0.0.1:1")
    assert live.started(scripts.parents[1], "toy") == "READY http://127.0.0.1:1"


def test_a_server_that_runs_is_left_alone(scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = live.Server([listener.getsockname()[1]], 1, needs_root=False)
        monkeypatch.setitem(live.SERVERS, "toy", there)
        scripts.write_text("exit 1")
        assert live.started(scripts.parents[1], "toy") == "it was up"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo E: Unable to fetch some archives; exit 100", "Unable to fetch some archives"),
        ("sleep 30", "not ready within"),
        ("exit 0", "it said nothing"),
    ],
)
def test_a_server_that_does_not_start_is_skipped_with_the_reason(
    scripts: Path, script: str, reason: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    scripts.write_text(script)
    monkeypatch.setattr(live, "LEAST", 0.2)
    at = time.monotonic()
    begin(scripts.parents[1], "toy")
    assert time.monotonic() - at < 5
    said = capsys.readouterr().out
    assert said.startswith("toy: NOT STARTED after ")
    assert reason in said
    monkeypatch.setenv("TESSERA_LIVE", "1")
    scripts.write_text("echo READY")  # it is not tried again by each test
    with pytest.raises(pytest.skip.Exception, match=reason):
        live.start(scripts.parents[1], "toy")


def test_errors_around_a_test_count_as_failures() -> None:
    def report(when: str, outcome: str) -> pytest.TestReport:
        return pytest.TestReport("t", ("t", 1, "t"), {}, outcome, None, when)  # type: ignore[arg-type]

    count = Count()
    for when, outcome in [("setup", "failed"), ("call", "passed"), ("teardown", "failed")]:
        count.pytest_runtest_logreport(report(when, outcome))
    assert (count.passed, count.failed) == (1, 2)
