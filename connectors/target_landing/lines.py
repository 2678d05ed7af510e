"""Bytes from a pipe into chunks of whole lines, without waiting longer than a reader would like."""

import fcntl
import os
import select
from collections.abc import Iterator
from contextlib import suppress

CHUNK = 2 << 20
_PIPE_BYTES = 1 << 20  # Linux's limit for unprivileged processes
_SETTLE_SECONDS = 0.2  # how long a slow tap's lines may wait for company
_IDLE_SECONDS = 1.0


def chunks(handle: int) -> Iterator[bytes]:
    """Whole lines, about two megabytes at a time; empty bytes when nothing came for a while.

    The last chunk may lack its line end: the input ended there, perhaps in the middle of a line.

    Args:
        handle: file descriptor to read.
    """
    _enlarge(handle)
    poll = select.poll()
    poll.register(handle, select.POLLIN | select.POLLHUP)
    parts: list[bytes] = []
    held = 0
    while True:
        ready = poll.poll((_SETTLE_SECONDS if parts else _IDLE_SECONDS) * 1000)
        if ready:
            part = os.read(handle, CHUNK)
            if not part:
                break
            parts.append(part)
            held += len(part)
            if held < CHUNK:
                continue
        end = parts[-1].rfind(b"\n") + 1 if parts else 0
        if end:
            rest = parts[-1][end:]
            parts[-1] = parts[-1][:end]
            yield b"".join(parts)
            parts = [rest] if rest else []
            held = len(rest)
        elif not ready:
            if len(parts) > 1:  # one line in many small parts: keep the search for its end cheap
                parts = [b"".join(parts)]
            yield b""
    if parts:
        yield b"".join(parts)


def _enlarge(handle: int) -> None:
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # not a pipe, or not allowed: only more system calls
            fcntl.fcntl(handle, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
