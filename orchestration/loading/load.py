"""One load of one source: a tap process piped into a target-landing process.

Nothing stands between the two: records flow through the kernel's pipe. The tap's settings go
through a nameless file, so that no secret is in argv, in the environment or on disk.
"""

import io
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from connectors.target_landing import ledger
from orchestration.home import Home
from orchestration.hub_config import Hub, UnsetVariableError, resolved
from orchestration.hub_config.secrets import references
from orchestration.loading.said import Ear, open_log
from orchestration.processes.lifeline import bound
from orchestration.processes.redaction import Redactor
from orchestration.processes.secret_files import secret_file
from orchestration.site import Site

Progress = Callable[[str], None]


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
        site: The hub. Its folder is the tap's working folder: paths in hub.yaml are relative to it.
        env: The environment: secrets are looked up in it.
        progress: Told short lines while it runs.

    Returns:
        What came, or the error.
    """
    began = time.monotonic()
    before = ledger.newest(site.home.landing, name)
    try:
        error = _run(name, site, env, progress)
    except UnsetVariableError as unset:
        error = f"source {name}: {unset}"
    return _what_came(name, site.home, before, error, time.monotonic() - began)


def _run(name: str, site: Site, env: Mapping[str, str], progress: Progress) -> str | None:
    """Runs the pair of processes to their end; the error in a sentence."""
    source, home = site.hub.sources[name], site.home
    child_env = _without_secrets(env, site.hub)
    tap_command = _command(source.tap)
    if tap_command is None:
        return (
            f"source {name}: the command {source.tap} is not installed; "
            f"install it beside tessera (pip install {source.tap}) or correct `tap:`"
        )
    config, secrets = resolved(source.config, env, f"sources.{name}.config")
    redact = Redactor(secrets)
    bookmark = ledger.bookmark(home.landing, name)
    target_config = {"landing": str(home.landing), "source": name}
    with (
        open_log(home.logs, name) as log,
        secret_file(config) as config_fd,
        secret_file(bookmark) as state_fd,
        secret_file(target_config) as target_fd,
    ):
        log.write(f"--- {datetime.now(UTC).isoformat(timespec='seconds')} {source.tap}\n")
        state = ["--state", f"/dev/fd/{state_fd}"] if bookmark else []
        tap = subprocess.Popen(
            bound([*tap_command, "--config", f"/dev/fd/{config_fd}", *state]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(config_fd, state_fd),
            cwd=site.folder,
            env=child_env,
        )
        target = subprocess.Popen(
            bound(
                [
                    sys.executable,
                    "-m",
                    "connectors.target_landing",
                    "--config",
                    f"/dev/fd/{target_fd}",
                ]
            ),
            stdin=tap.stdout,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(target_fd,),
            env=child_env,
        )
        _close(tap.stdout)  # The tap gets SIGPIPE when the target dies.
        ears = Ear(log, redact, progress), Ear(log, redact, progress)
        threads = [
            _thread(ears[0].listen, tap.stderr),
            _thread(ears[1].listen, target.stderr),
            _thread(_states, target.stdout),
        ]
        late = threading.Timer(source.max_runtime_seconds, tap.kill)
        late.start()
        try:
            codes = tap.wait(), target.wait()
        finally:
            timed_out = late.finished.is_set()
            late.cancel()
            for process in (tap, target):
                process.kill()
            for thread in threads:
                thread.join()
    if timed_out:
        return (
            f"source {name}: stopped after {source.max_runtime_seconds} s, what was read is kept; "
            "run again to go on, or raise max_runtime_seconds"
        )
    # A target that fails takes the tap down with it (broken pipe), so it is asked first.
    for code, ear, who in ((codes[1], ears[1], "target-landing"), (codes[0], ears[0], source.tap)):
        if code != 0:
            said = ear.sentence or f"{who} ended with code {code} and said nothing"
            return f"source {name}: {said}"
    return None


def _what_came(name: str, home: Home, before: int, error: str | None, seconds: float) -> Loaded:
    rows: dict[str, int] = {}
    numbers: list[int] = []
    quarantined = 0
    for package in ledger.packages(home.landing, name):
        if package.last > before:
            numbers.append(package.last)
            quarantined += package.quarantined
            for stream, count in package.rows.items():
                rows[stream] = rows.get(stream, 0) + count
    return Loaded(name, error, tuple(numbers), rows, quarantined, seconds)


def _command(tap: str) -> list[str] | None:
    """The tap beside this Python, else on PATH."""
    beside = Path(sys.executable).with_name(tap)
    found = str(beside) if beside.exists() else shutil.which(tap)
    return [found] if found else None


def _without_secrets(env: Mapping[str, str], hub: Hub) -> dict[str, str]:
    """The environment without what hub.yaml refers to: a tap sees its own secrets only."""
    blocks = [*hub.sources.values(), *hub.destinations.values()]
    secret = {name for block in blocks for name in references(block.config)}
    kept = {name: value for name, value in env.items() if name not in secret}
    return kept | {"DO_NOT_TRACK": "1", "PYTHONUNBUFFERED": "1"}


def _thread(work: Callable[[IO[str]], None], stream: IO[bytes] | None) -> threading.Thread:
    text = io.TextIOWrapper(cast(IO[bytes], stream), encoding="utf-8", errors="replace")
    thread = threading.Thread(target=work, args=(text,), daemon=True)
    thread.start()
    return thread


def _states(stream: IO[str]) -> None:
    """Drains STATE lines: the bookmark is in the package itself."""
    for _ in stream:
        pass


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        stream.close()
