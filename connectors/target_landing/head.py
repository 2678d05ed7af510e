"""A source's high-water mark: without it, losing the newest package would look like a start."""

import os
from pathlib import Path

HEAD = ".head"


def read_head(home: Path) -> int:
    """The highest number ever committed, 0 where no mark is readable."""
    try:
        return int((home / HEAD).read_text())
    except (OSError, ValueError):
        return 0


def write_head(home: Path, number: int) -> None:
    """Raise the mark; a crash before leaves it low, which is harmless."""
    aside = home / f"{HEAD}-{os.getpid()}"
    aside.write_text(str(number))
    aside.rename(home / HEAD)
