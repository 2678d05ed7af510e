"""What a room's tests need: a clock that never waits, and a run caught in memory."""

import contextlib
import io
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.tap_base.errors import TapError
from connectors.tap_base.http_tap import HttpTap
from connectors.tap_base.instants import Clock


class StillClock(Clock):
    """Moves only when someone sleeps; give `epoch` to a sandbox so that both agree."""

    def __init__(self, start: datetime = datetime(2026, 6, 1, 12, tzinfo=UTC)) -> None:
        """Stand at an instant."""
        self._moment = start
        self._lock = threading.Lock()
        self.naps: list[float] = []

    def now(self) -> datetime:
        """Return the instant."""
        return self._moment

    def epoch(self) -> float:
        """Return the instant in epoch seconds."""
        return self._moment.timestamp()

    def monotonic(self) -> float:
        """Return the instant in seconds."""
        return self._moment.timestamp()

    def sleep(self, seconds: float) -> None:
        """Move on instead of waiting."""
        with self._lock:
            self.naps.append(seconds)
            self._moment += timedelta(seconds=max(0.001, seconds))  # a datetime is coarse


@dataclass
class Run:
    """What one run of a tap said."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    error: TapError | None = None

    def records(self, stream: str) -> list[dict[str, Any]]:
        """Return the records of a stream, in order."""
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    @property
    def state(self) -> dict[str, Any]:
        """Return the last state; the next run's input."""
        states = [message["value"] for message in self.messages if message["type"] == "STATE"]
        return states[-1] if states else {}


def run(
    tap_class: type[HttpTap],
    config: Mapping[str, Any],
    state: Mapping[str, Any] | None = None,
    *,
    clock: Clock | None = None,
    select: set[str] | None = None,
) -> Run:
    """Run a tap in this process.

    Args:
        tap_class: The tap.
        config: Its settings.
        state: Where to go on from.
        clock: A `StillClock` where waiting would be real.
        select: Only these streams.

    Returns:
        Every message, and the error if it failed.
    """
    made = Run()
    tap = tap_class(config=dict(config), state=json.loads(json.dumps(state or {})))
    if clock is not None:
        tap.client = tap_class.client_class(tap.config, tap.logger, clock)
    for stream in tap.streams.values():
        stream.selected = select is None or stream.name in select
    out = io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stdout(out):
        try:
            tap.sync_all()
        except TapError as error:
            made.error = error
    out.flush()
    lines = out.buffer.getvalue().splitlines()
    made.messages = [json.loads(line) for line in lines]
    return made
