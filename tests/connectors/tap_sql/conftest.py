"""Runs tap-sql in this process and reads back what it wrote."""

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.tap_base.errors import TapError
from connectors.tap_sql.tap import TapSql


@dataclass
class Run:
    """What one run wrote."""

    messages: list[dict[str, Any]]
    failures: list[str] = field(default_factory=list)

    def of(self, kind: str, stream: str = "s") -> list[dict[str, Any]]:
        return [m for m in self.messages if m["type"] == kind and m.get("stream", stream) == stream]

    def records(self, stream: str = "s") -> list[dict[str, Any]]:
        return [message["record"] for message in self.of("RECORD", stream)]

    def properties(self, stream: str = "s") -> dict[str, Any]:
        return self.of("SCHEMA", stream)[0]["schema"]["properties"]

    @property
    def state(self) -> dict[str, Any]:
        return self.of("STATE")[-1]["value"]


def run_tap(
    url: str, state: dict[str, Any] | None = None, *, more: Any = None, **settings: Any
) -> Run:
    """Run the tap with one stream `s`; numbers are read back exactly."""
    config = {"url": url, **(more or {})}
    if settings:
        config["streams"] = {"s": settings}
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    tap = TapSql(config=config, state=json.loads(json.dumps(state or {}, default=float)))
    with redirect_stdout(out):
        try:
            tap.sync_all()
        except TapError:
            assert tap.failures
    out.flush()
    lines = out.buffer.getvalue().decode().splitlines()
    messages = [json.loads(line, parse_float=Decimal) for line in lines]
    return Run(messages, [str(failure) for failure in tap.failures])


@pytest.fixture
def run() -> Callable[..., Run]:
    return run_tap


@pytest.fixture
def sqlite(tmp_path: Path) -> Callable[..., str]:
    """Run statements in a SQLite file and say its URL."""

    def sqlite(*statements: str) -> str:
        path = tmp_path / "crm.db"
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return f"sqlite:///{path}"

    return sqlite
