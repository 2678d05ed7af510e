"""Runs tap-files in this process and reads back what it wrote."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.tap_base.errors import TapError
from connectors.tap_base.rejects import PLACE, RAW, REJECT
from connectors.tap_files.tap import TapFiles


@dataclass
class Run:
    """What one run wrote."""

    messages: list[dict[str, Any]]
    failures: list[str] = field(default_factory=list)

    def of(self, kind: str, stream: str = "s") -> list[dict[str, Any]]:
        return [m for m in self.messages if m["type"] == kind and m.get("stream", stream) == stream]

    def records(self, stream: str = "s") -> list[dict[str, Any]]:
        records = [message["record"] for message in self.of("RECORD", stream)]
        return [record for record in records if REJECT not in record]

    def rejects(self, stream: str = "s") -> list[tuple[str, str]]:
        records = [message["record"] for message in self.of("RECORD", stream)]
        return [(record[PLACE], record[RAW]) for record in records if REJECT in record]

    @property
    def state(self) -> dict[str, Any]:
        return self.of("STATE")[-1]["value"]


def run_tap(config: dict[str, Any], state: dict[str, Any] | None = None) -> Run:
    """Run the tap as the command would; numbers are read back exactly."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    tap = TapFiles(config=config, state=json.loads(json.dumps(state or {})))
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
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file and say where."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Run]:
    """Load one file's content as stream `s`."""

    def load(content: str | bytes, name: str = "s.csv", **settings: Any) -> Run:
        path = write(name, content)
        settings = {"key": ["id"], **settings}
        return run_tap({"streams": {"s": {"path": str(path), **settings}}})

    return load


@pytest.fixture
def run() -> Callable[..., Run]:
    """Run the tap with a configuration and, if any, a state."""
    return run_tap
