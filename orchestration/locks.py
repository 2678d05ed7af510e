"""Locks between processes: held by the kernel, so that a killed holder leaves none behind."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class HeldError(RuntimeError):
    """Somebody else holds the lock."""


@contextmanager
def lock(
    file: Path, what: str, *, wait: bool = True, waiting: Callable[[str], None] = lambda text: None
) -> Iterator[None]:
    """Holds `file` locked; the file names the holder for those who wait.

    Args:
        file: The lock; created where missing.
        what: What the holder does, as in "a run of this hub".
        wait: Whether to wait for another holder.
        waiting: Told once who is waited for.

    Raises:
        HeldError: Another process holds it and `wait` is false.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, what, wait, waiting)
        me = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(me).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, what: str, wait: bool, waiting: Callable[[str], None]) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(descriptor)
        who = f"process {holder.get('pid', '?')} since {holder.get('since', '?')}"
        if not wait:
            raise HeldError(f"{what} is under way: {who}; wait for it or end it") from None
        waiting(f"{what} is under way: {who}; waiting for it")
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _holder(descriptor: int) -> dict[str, Any]:
    try:
        return dict(json.loads(os.pread(descriptor, 1000, 0)))
    except ValueError:
        return {}
