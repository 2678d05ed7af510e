"""One load of one source: a tap process piped into a target-landing process.

Nothing stands between the two: records flow through the kernel's pipe.
"""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, cast

from connectors.target_landing import ledger
from orchestration.home import Home
from orchestration.hub_config import Source
from orchestration.loading.said import Ear, in_thread, open_log
from orchestration.loading.tap import SourceError, started, surroundings
from orchestration.processes.lifeline import bound
from orchestration.processes.secret_files import secret_file
from orchestration.site import Site

Progress = Callable[[str], None]
# Their sources hand over many rows at once: Parquet between tap and target costs half as much CPU.
BULK = frozenset({"tap-files", "tap-sql"})


@dataclass(frozen=True)
class Loaded:
    """What one load of a source brought.

    Attributes:
        source: Name of the source in hub.yaml.
        error: Why it failed, in a sentence; None when it did not. Packages committed before the
            failure are there and count.
        packages: Numbers of the packages that this load added.
        rows: Rows per stream in those packages.
        quarantined: Records set aside because they did not fit their stream's schema.
        seconds: Wall time.
    """

    source: str
    error: str | None = None
    packages: tuple[int, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    quarantined: int = 0
    seconds: float = 0.0

    @property
    def status(self) -> str:
        """`failed`, `loaded` or `unchanged`."""
        if self.error:
            return "failed"
        return "loaded" if self.packages else "unchanged"


def load_source(name: str, site: Site, env: Mapping[str, str], progress: Progress) -> Loaded:
    """Loads what is new in one source; never raises for what a source can do wrong.

    Args:
        name: A source of the hub.
        site: The hub.
        env: The environment: secrets are looked up in it.
        progress: Told short lines while it runs.

    Returns:
        What came, or the error.
    """
    began = time.monotonic()
    before = ledger.newest(site.home.landing, name)
    try:
        error = _run(name, site, env, progress)
    except SourceError as told:
        error = str(told)
    return _what_came(name, site.home, before, error, time.monotonic() - began)


def _run(name: str, site: Site, env: Mapping[str, str], progress: Progress) -> str | None:
    """Runs the pair of processes to their end; the error in a sentence."""
    source, home = site.hub.sources[name], site.home
    bookmark = ledger.bookmark(home.landing, name)
    with (
        open_log(home.logs, name) as log,
        bulk(name, source, home) as (for_tap, for_target),
        # What is not a person's to choose comes last.
        secret_file(
            for_target | source.landing | {"landing": str(home.landing), "source": name}
        ) as config_fd,
        started(name, site, env, state=bookmark, defaults=for_tap) as (tap, redact),
    ):
        log.write(f"--- {datetime.now(UTC).isoformat(timespec='seconds')} {source.tap}\n")
        landing = [sys.executable, "-m", "connectors.target_landing"]
        target = subprocess.Popen(
            bound([*landing, "--config", f"/dev/fd/{config_fd}"]),
            stdin=tap.stdout,
            stdout=subprocess.DEVNULL,  # STATE lines: the bookmark is in the package itself.
            stderr=subprocess.PIPE,
            pass_fds=(config_fd,),
            env=surroundings(env, site.hub),
        )
        # Only the target reads it now: the tap gets SIGPIPE when the target dies.
        cast(IO[bytes], tap.stdout).close()
        ears = Ear(log, redact, progress), Ear(log, redact, progress)
        listening = [
            in_thread(ears[0].listen, tap.stderr),
            in_thread(ears[1].listen, target.stderr),
        ]
        late = threading.Timer(source.max_runtime_seconds, tap.kill)
        late.start()
        try:
            codes = tap.wait(), target.wait()
        finally:
            timed_out = late.finished.is_set()
            late.cancel()
            tap.kill()
            target.kill()
            target.wait()
            for thread in listening:
                thread.join()
    if timed_out:
        limit = f"stopped after {source.max_runtime_seconds} s, what was read until then is kept"
        return f"source {name}: {limit}; run again to go on, or raise max_runtime_seconds"
    # A target that fails takes the tap down with it (broken pipe), so it is asked first.
    for code, ear, who in ((codes[1], ears[1], "target-landing"), (codes[0], ears[0], source.tap)):
        if code != 0:
            said = ear.sentence or f"{who} ended with code {code} and said nothing"
            said = said.removeprefix(f"target-landing: source {name}, ").removesuffix(".")
            # The tap knows the place of what the target refused.
            first = f" (first: {ears[0].warning})" if ear is ears[1] and ears[0].warning else ""
            return f"source {name}: {said}{first}"
    return None


@contextmanager
def bulk(name: str, source: Source, home: Home) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Settings of tap and target under which bulk goes through files instead of the pipe.

    The folder is the load's own: what a killed load left in it goes when the next one begins. Files
    that somebody asked the tap for, in a folder of theirs, are theirs.
    """
    if source.tap not in BULK or "batch_config" in source.config:
        yield {}, {}
        return
    folder = home.root / "batches" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    encoding = {"format": "parquet", "compression": "none"}
    storage = {"root": folder.as_uri()}
    try:
        yield {"batch_config": {"encoding": encoding, "storage": storage}}, {"remove_batches": True}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _what_came(name: str, home: Home, before: int, error: str | None, seconds: float) -> Loaded:
    rows: dict[str, int] = {}
    numbers: list[int] = []
    quarantined = 0
    for package in ledger.packages(home.landing, name):
        if package.last > before:
            numbers.append(package.last)
            manifest = package.manifest()
            quarantined += (manifest.get("quarantine") or {}).get("rows", 0)
            for stream, about in manifest["streams"].items():
                rows[stream] = rows.get(stream, 0) + about["rows"]
    return Loaded(name, error, tuple(numbers), rows, quarantined, seconds)
