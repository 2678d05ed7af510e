"""The sidecar's file: its tables, its facts, and the link that readers follow.

`<home>/published/lookup.sqlite` links to `lookup/<generation it was first built for>.sqlite`.
A change is one transaction, so a reader sees one generation; a build from nothing is a new file
and a new link, so that no write-ahead log of another file is ever applied to it.
"""

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

FORMAT = "1"
_BROKEN = "the lookup sidecar is broken; publishing builds it anew"
LINK = Path("published") / "lookup.sqlite"

_SCHEMA = """
    pragma page_size = 8192;
    create table facts (name text primary key, value text not null) without rowid;
    create table profiles (
        number integer not null, customer_id text not null, document blob not null
    );
    create table slots (slot integer primary key, entries blob not null);
    create table aliases (alias_id text primary key, customer_id text not null) without rowid;
"""


class SidecarError(RuntimeError):
    """The sidecar is missing, broken or of another format."""


def create(path: Path) -> sqlite3.Connection:
    """A new, empty sidecar for a build from nothing: fast, and worthless until finished."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    store = sqlite3.connect(path, isolation_level=None)
    store.executescript(
        "pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive;"
        + _SCHEMA
    )
    return store


def finish(store: sqlite3.Connection, path: Path) -> None:
    """Indexes a sidecar that `create` made, makes it durable and closes it."""
    store.execute("create index profiles_by_number on profiles (number)")
    store.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    durable = sqlite3.connect(path)
    durable.execute("pragma journal_mode = wal")
    durable.close()


def point(home: Path, path: Path) -> None:
    """Sends readers to a finished sidecar and removes the others; who reads those may go on."""
    link = home / LINK
    fresh = link.with_name(".lookup.next")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(path.relative_to(link.parent))
    fresh.rename(link)
    for old in path.parent.iterdir():
        if not old.name.startswith(path.stem):
            old.unlink()


def fingerprints(home: Path, generation_id: str) -> Path:
    """Where the fingerprints of the generation that a sidecar shows are kept."""
    return home / LINK.parent / "lookup" / f"{generation_id}.parquet"


def keep_fingerprints(home: Path, generation: Path) -> None:
    """Keeps a generation's fingerprints beside the sidecar, whatever becomes of the generation."""
    kept = fingerprints(home, generation.name)
    kept.unlink(missing_ok=True)
    os.link(generation / "fingerprints.parquet", kept)


def open_to_change(home: Path) -> sqlite3.Connection:
    """The sidecar for a change; readers go on beside it.

    Raises:
        SidecarError: there is none yet.
    """
    path = _target(home)
    store = sqlite3.connect(path, isolation_level=None, timeout=30)
    return _prepared(store, "pragma synchronous = full; pragma cache_size = -65536")


def open_to_read(home: Path) -> tuple[sqlite3.Connection, Path]:
    """The sidecar for lookups, and the file that it is.

    Raises:
        SidecarError: there is none yet.
    """
    path = _target(home)
    store = sqlite3.connect(
        f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    # 1 GiB at most of the file is mapped: a lookup then reads without a system call.
    return _prepared(store, "pragma query_only = on; pragma mmap_size = 1073741824"), path


def _prepared(store: sqlite3.Connection, pragmas: str) -> sqlite3.Connection:
    try:
        store.executescript(pragmas)
    except sqlite3.DatabaseError as error:
        store.close()
        raise SidecarError(_BROKEN) from error
    return store


def target(home: Path) -> Path | None:
    """The file that the link names at this moment."""
    try:
        return (home / LINK).parent / (home / LINK).readlink()
    except FileNotFoundError:
        return None


def _target(home: Path) -> Path:
    path = target(home)
    if path is None or not path.exists():
        raise SidecarError("there is no lookup sidecar yet; publish a generation first")
    return path.resolve()


def facts(store: sqlite3.Connection) -> dict[str, str]:
    """What the sidecar knows of itself: format, generation_id, bits, personal.

    Raises:
        SidecarError: it is no sidecar of this format.
    """
    try:
        found = dict(store.execute("select name, value from facts").fetchall())
    except sqlite3.DatabaseError as error:
        raise SidecarError(_BROKEN) from error
    if found.get("format") != FORMAT:
        raise SidecarError("the lookup sidecar has another format; publishing builds it anew")
    return found


def say(store: sqlite3.Connection, known: Mapping[str, str]) -> None:
    """Writes facts."""
    store.executemany("insert or replace into facts values (?, ?)", known.items())
