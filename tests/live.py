"""Real servers for tests marked `live`, started by the scripts in ../shared/servers.

`make live` runs them. Each script installs what it needs at its first start and leaves its server
running on loopback, data under SERVERS_DIR (default: a folder in the system's temporary one).
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
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


def folder() -> Path:
    """Where servers keep their data."""
    given = os.environ.get("SERVERS_DIR")
    return Path(given) if given else Path(tempfile.gettempdir()) / "tessera-servers"


def start(shared: Path, name: str, *arguments: str, needs_root: bool = True, **env: str) -> str:
    """Start a server, or find it running.

    Args:
        shared: The folder of shared test data.
        name: Of the script, without `.sh`.
        *arguments: For the script.
        needs_root: Whether it installs Debian packages.
        **env: More settings for the script, such as PORT.

    Returns:
        What the script said when the server was ready.
    """
    script = shared / "servers" / f"{name}.sh"
    if not script.is_file():
        pytest.skip(f"{script.name} is not in the shared folder")
    if needs_root and (os.geteuid() != 0 or shutil.which("apt-get") is None):
        pytest.skip(f"{name} is installed with apt-get, by root")
    home = folder()
    scripts = home / "scripts"
    scripts.mkdir(parents=True, exist_ok=True)
    shutil.copy(script, scripts)
    (scripts / "loopback.cjs").write_text(LOOPBACK)
    with (home / f"{name}.lock").open("w") as lock:  # two workers, one server
        fcntl.flock(lock, fcntl.LOCK_EX)
        log = home / f"{name}.log"
        with log.open("w") as out:
            done = subprocess.run(
                ["bash", str(scripts / script.name), *arguments],
                env={**os.environ, **env, "SERVERS_DIR": str(home)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
            )
    said = log.read_text(errors="replace").splitlines()
    ready = [line for line in said if "READY" in line or "listening" in line]
    if done.returncode or not ready:
        pytest.fail(f"{name} does not start: {said[-1:] or 'it says nothing'}; see {log}")
    return ready[-1]
