"""The time of one request: every wait of it counts, whatever the source dribbles in between."""

import math
import ssl
import threading
from typing import Any

import httpcore

from connectors.tap_base.instants import Clock


class Allotment:
    """The seconds that the request under way in each thread has left."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        """Allot as many to every request."""
        self._seconds, self._clock, self._here = seconds, clock, threading.local()

    def begin(self) -> None:
        """Count from now, for this thread's request."""
        self._here.end = self._clock.monotonic() + self._seconds

    def left(self) -> float:
        """Return the seconds left."""
        return float(getattr(self._here, "end", math.inf)) - self._clock.monotonic()


class TimedStream(httpcore.NetworkStream):
    """A connection on which each wait counts towards its request's time.

    A timeout per wait alone lets a source that sends byte by byte keep us for days.
    """

    def __init__(self, stream: httpcore.NetworkStream, allotment: Allotment) -> None:
        """Watch over a connection."""
        self._stream, self._allotment = stream, allotment

    def _bounded(self, timeout: float | None) -> float:
        left = self._allotment.left()
        if left <= 0:
            raise httpcore.ReadTimeout("the request's time is over")
        return left if timeout is None else min(timeout, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: D102
        return self._stream.read(max_bytes, self._bounded(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: D102
        self._stream.write(buffer, self._bounded(timeout))

    def close(self) -> None:  # noqa: D102
        self._stream.close()

    def start_tls(  # noqa: D102
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        made = self._stream.start_tls(ssl_context, server_hostname, self._bounded(timeout))
        return TimedStream(made, self._allotment)

    def get_extra_info(self, info: str) -> Any:  # noqa: D102
        return self._stream.get_extra_info(info)


class TimedNetwork(httpcore.SyncBackend):
    """Connects, and watches over the time of what goes on there."""

    def __init__(self, allotment: Allotment) -> None:
        """Count towards an allotment."""
        self._allotment = allotment

    def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:  # noqa: D102
        return TimedStream(super().connect_tcp(*args, **kwargs), self._allotment)
