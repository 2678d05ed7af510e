"""The generations on disk: which one readers are sent to, which may go, how one is withdrawn."""

import fcntl
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from serving.audiences import ANALYST, OPERATOR

_FILES = (OPERATOR, ANALYST)


class GenerationError(RuntimeError):
    """The generation cannot be switched to or withdrawn; says why."""


def folder(home: Path, generation_id: str) -> Path:
    """Where a generation lies."""
    return home / "published" / "generations" / generation_id


def current(home: Path) -> dict[str, Any] | None:
    """What `generation.json` of the generation that readers see holds; None before the first."""
    link = home / "published" / OPERATOR
    try:
        about = json.loads((link.resolve().parent / "generation.json").read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    return dict(about)


def switch(home: Path, generation_id: str) -> None:
    """Points readers to a generation that is on disk: the newest, or an older one to go back to."""
    published = home / "published"
    for file in _FILES:
        link = published / file
        if not (folder(home, generation_id) / file).exists():
            # An audience that this generation was not made for must not read an older one.
            link.unlink(missing_ok=True)
            continue
        fresh = published / f".{file}.next"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path("generations") / generation_id / file)
        fresh.rename(link)
    make_durable(published)


def all_of(home: Path) -> list[Path]:
    """Folders of all generations, oldest first."""
    generations = home / "published" / "generations"
    if not generations.is_dir():
        return []
    folders = [f for f in generations.iterdir() if f.name[0] != "."]
    return sorted(folders, key=lambda found: found.stat().st_mtime_ns)


def retire(home: Path, keep: int, keep_hours: float = 0) -> list[str]:
    """Removes old generations that nobody holds.

    The newest `keep`, those younger than `keep_hours`, and the one readers are sent to, stay.

    Returns:
        The generations that are old enough to go but that somebody reads.
    """
    in_use = (home / "published" / OPERATOR).resolve().parent
    folders = all_of(home)
    oldest_kept = time.time() - keep_hours * 3600
    held = []
    for found in folders[: max(len(folders) - keep, 0)]:
        if found.resolve() == in_use or found.stat().st_mtime > oldest_kept:
            continue
        if is_held(found):
            held.append(found.name)
        else:
            _remove(found)
    return held


def withdraw(home: Path, generation_id: str) -> str | None:
    """Takes a generation from readers for good: its files go, held or not.

    Who holds it reads on until they open again. Readers are sent to the newest of the others.

    Returns:
        The generation readers see now; None when none is left.

    Raises:
        GenerationError: there is no such generation.
    """
    going = folder(home, generation_id)
    if not going.is_dir():
        raise GenerationError(f"there is no generation {generation_id}")
    others = [found for found in all_of(home) if found != going]
    now = current(home)
    if now is not None and now["generation_id"] == generation_id:
        if others:
            switch(home, others[-1].name)
        else:
            for file in _FILES:
                (home / "published" / file).unlink(missing_ok=True)
    _remove(going)
    left = current(home)
    return None if left is None else str(left["generation_id"])


def is_held(generation: Path) -> bool:
    """Whether another process reads one of a generation's files: DuckDB locks what it opens."""
    for file in generation.glob("*.duckdb"):
        with file.open("rb+") as opened:
            try:
                fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
    return False


def make_durable(path: Path) -> None:
    """Waits until a file or a folder's entries are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(generation: Path) -> None:
    # Renamed first: a folder that is half removed must not look like a generation.
    aside = generation.with_name(f".gone-{generation.name}")
    generation.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
