"""The command line of every stand-in: a file of what it knows, served until it is stopped."""

import argparse
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from connectors.sandbox.server import Sandbox, configured


def read_json(path: Path) -> Any:
    """What a JSON file holds."""
    return json.loads(path.read_text("utf-8"))


def command(
    make: Callable[[Any], Sandbox],
    about: str | None,
    read: Callable[[Path], Any] = read_json,
) -> None:
    """Serve the stand-in of `--data FILE` on `--port N`, each answer after `--latency S`.

    Args:
        make: Makes the stand-in of what was read.
        about: What `--help` says.
        read: Reads the file.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--data", required=True, type=Path, help="what it knows")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    given = parser.parse_args()
    sandbox = make(read(given.data))
    sandbox.latency = given.latency
    serve(sandbox, given.port)


def serve(sandbox: Sandbox, port: int) -> None:
    """Serve in this process until it is stopped; says where on stdout.

    Args:
        sandbox: What to serve.
        port: On 127.0.0.1; 0 for a free one.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        print(f"READY http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201
        uvicorn.Server(configured(sandbox)).run(sockets=[listener])
