"""Runs the application on uvicorn, on the loopback interface unless told otherwise."""

from pathlib import Path

import uvicorn

from serving.api.app import create_app
from serving.pages.routes import Pages


def serve(
    home: Path, *, host: str = "127.0.0.1", port: int = 8320, decisions: Path | None = None
) -> None:
    """Serves API and pages until stopped.

    Args:
        home: the hub's home, absolute.
        host: address to bind; what is not loopback needs TLS in front of it.
        port: 0 takes a free one.
        decisions: identity's ledger, that stewards write to; without it the queue is read-only.
    """
    app = create_app(home, Pages(decisions).routes())
    uvicorn.run(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        access_log=False,  # Paths and queries name customers; the audit keeps what is needed.
        server_header=False,
        log_level="warning",
    )
