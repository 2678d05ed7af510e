"""One load of a source at a time: a lock that dies with its holder, and says who that is."""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from connectors.target_landing.errors import SourceHeldError

OPEN_PREFIX = ".open-"


@contextmanager
def held(home: Path, purpose: str = "load") -> Iterator[None]:
    """Hold a source's folder for one purpose; loads and compactions exclude only their own kind.

    Args:
        home: the source's folder, made if it is missing.
        purpose: names the lock, and what is excluded.

    Raises:
        SourceHeldError: somebody else holds it; the message says who and since when.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / f".{purpose}.lock").open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise SourceHeldError(
                f"source {home.name}: another {purpose} is running ({_who(file.read())}); "
                "wait for it or stop it"
            ) from None
        file.truncate(0)
        file.write(
            msgspec.json.encode(
                {"pid": os.getpid(), "host": os.uname().nodename, "since": datetime.now(UTC)}
            )
        )
        file.flush()
        yield


def sweep(home: Path, purpose: str = "load") -> list[str]:
    """Remove what a dead load or compaction left open. Only for the holder of that lock.

    Returns:
        Names of the folders removed.
    """
    left = [entry for entry in home.glob(f"{OPEN_PREFIX}{purpose}-*") if entry.is_dir()]
    for entry in left:
        shutil.rmtree(entry)
    return sorted(entry.name for entry in left)


def report(message: str) -> None:
    """One line for the operator, on standard error."""
    sys.stderr.write(f"target-landing: {message}\n")
    sys.stderr.flush()


def _who(text: bytes) -> str:
    try:
        holder = msgspec.json.decode(text, type=dict[str, str | int])
        return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (msgspec.MsgspecError, KeyError):
        return "its holder has not signed yet"
