"""`python -m tests.live [SERVER…]`: start real servers, run all rooms against them, count.

Without names, every server this machine can have. One that cannot be installed or started is told
with its reason, and its tests are skipped; what fails against a server that runs fails the run.
The last line is the count.
"""

import argparse
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import live
from tests.conftest import ROOT

QUEUES = (("tryton", "prism"), ("bluesky",), ("dovecot", "legacy-sql", "wordpress", "snac", "odoo"))
"""Installed side by side: by pip and npm, by npm and a compiler, by apt-get, which does one at
a time."""


MARK = re.compile(r"\bmark\.(live|dovecot)\b")
"""Found by its text: to import all tests in order to leave most of them out takes a minute."""


class Count:
    """Counts what became of the tests, and why some were skipped."""

    def __init__(self) -> None:
        self.passed = self.failed = self.skipped = 0
        self.reasons: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a phase of a test for what it says; errors around a test are failures."""
        self.passed += report.passed and report.when == "call"
        self.failed += report.failed
        if report.skipped:
            self.skipped += 1
            if isinstance(report.longrepr, tuple):
                self.reasons.add(report.longrepr[2].removeprefix("Skipped: "))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read has failed."""
        self.failed += report.failed


def say(text: str) -> None:
    """Tell at once."""
    print(text, flush=True)


def begin(shared: Path, name: str) -> None:
    """Start a server and say how it went."""
    at, refused = time.monotonic(), live.folder() / f"{name}.refused"
    refused.parent.mkdir(parents=True, exist_ok=True)
    refused.unlink(missing_ok=True)
    try:
        ready = live.started(shared, name)
        say(f"{name}: ready after {time.monotonic() - at:.0f} s: {ready}")
    except live.NotStartedError as error:
        refused.write_text(str(error))
        say(f"{name}: NOT STARTED after {time.monotonic() - at:.0f} s: {error}")


def main() -> int:
    """Start, run, count; returns 1 where a test failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers", nargs="*", help=", ".join(live.SERVERS))
    names = parser.parse_args().servers or list(live.SERVERS)
    if unknown := [name for name in names if name not in live.SERVERS]:
        parser.error(f"no such server: {', '.join(unknown)}; there are {', '.join(live.SERVERS)}")
    shared = Path(os.environ.get("TESSERA_SHARED", ROOT.parent / "shared"))
    if not shared.is_dir():
        say("the folder of shared test data is not beside this checkout: no server is started")
        say("live: 0 passed, 0 failed")
        return 0
    for name in live.SERVERS.keys() - set(names):
        if not all(map(live.listens, live.SERVERS[name].ports)):
            live.folder().mkdir(parents=True, exist_ok=True)
            (live.folder() / f"{name}.refused").write_text("it was not asked for")
    with ThreadPoolExecutor(len(QUEUES)) as beside:
        list(beside.map(lambda queue: [begin(shared, n) for n in queue if n in names], QUEUES))
    os.environ["TESSERA_LIVE"] = "1"
    count = Count()
    marked = [
        str(f) for f in sorted((ROOT / "tests").rglob("test_*.py")) if MARK.search(f.read_text())
    ]
    asked = ["-m", "live or dovecot", "-p", "no:cacheprovider", "-o", "addopts=-q", "--durations=5"]
    code = pytest.main([*asked, *marked], [count])
    broken = code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    for reason in sorted(count.reasons):
        say(f"skipped: {reason}")
    say(f"live: {count.passed} passed, {count.failed} failed, {count.skipped} skipped")
    return 1 if count.failed or broken else 0


if __name__ == "__main__":
    sys.exit(main())
