"""The sidecar's files: their tables, what it knows of itself, and the link that readers follow.

`<home>/published/lookup.sqlite` links to `lookup/<generation>.sqlite`, built from nothing for that
generation, with the profiles of that moment. Beside it lies `<generation>.changes.sqlite`: what
became of them since, and what the sidecar knows of itself. What is in there stands in for what is
in the first. A change is one transaction in it, so a reader sees one generation; a build from
nothing is two new files and a new link.
"""

import os
import secrets
import sqlite3
from collections.abc import Collection
from pathlib import Path

from serving.lookup import state as states
from serving.lookup.state import BROKEN, Mark, SidecarError, State

LINK = Path("published") / "lookup.sqlite"
_MAPPED = 0x7FFF0000  # bytes, the most that SQLite maps: reads without a system call

# Documents fill large pages better; changes are written a page at a time, so theirs are smaller.
_PROFILES = """
    pragma page_size = 16384;
    create table facts (name text primary key, value text not null) without rowid;
    create table profiles (
        number integer not null, customer_id text not null, document blob not null
    );
    create table slots (slot integer primary key, entries blob not null);
"""
# A profile without a document is gone; one that is not whole is only what changed of the one in the
# first file. Keys that a customer has since (present) or no longer has.
# Profiles that are still to be wiped from the first file: somebody erased them, or a part of them.
_CHANGES = """
    pragma page_size = 8192;
    create table facts (name text primary key, value text not null) without rowid;
    create table profiles (
        number integer not null, customer_id text not null, document blob, whole integer not null
    );
    create index profiles_by_number on profiles (number);
    create table keys (
        key integer, customer integer, present integer not null, primary key (key, customer)
    ) without rowid;
    create table aliases (alias_id text primary key, customer_id text not null) without rowid;
    create table to_wipe (number integer, customer_id text, primary key (number, customer_id));
"""


def folder(home: Path) -> Path:
    """Where the files lie."""
    return home / LINK.parent / "lookup"


def next_folder(home: Path) -> Path:
    """Where what the sidecar is to take over lies; worthless after a kill."""
    return folder(home) / ".next"


def changes_of(path: Path) -> Path:
    """The file with the changes to a file of profiles."""
    return path.with_suffix(".changes.sqlite")


def create(path: Path) -> sqlite3.Connection:
    """A new, empty sidecar for a build from nothing: fast, and worthless until finished.

    What became of the profiles since is attached as `changes`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    changes_of(path).touch(mode=0o600)
    made = secrets.token_hex(8)
    fast = "pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive;"
    with_changes = sqlite3.connect(changes_of(path), isolation_level=None)
    with_changes.executescript(f"{_CHANGES} insert into facts values ('of', '{made}')")
    with_changes.close()
    store = sqlite3.connect(path, isolation_level=None)
    store.executescript(f"{fast} {_PROFILES} insert into facts values ('made', '{made}')")
    store.execute("attach ? as changes", [str(changes_of(path))])
    return store


def finish(store: sqlite3.Connection, path: Path) -> None:
    """Indexes a sidecar that `create` made, makes it durable and closes it."""
    store.execute("create index main.profiles_by_number on profiles (number)")
    store.close()
    for file in (path, changes_of(path)):
        durable = sqlite3.connect(file)
        durable.execute("pragma journal_mode = wal")
        durable.close()
        descriptor = os.open(file, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def point(home: Path, path: Path) -> None:
    """Sends readers to a finished sidecar."""
    link = home / LINK
    fresh = link.with_name(".lookup.next")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(path.relative_to(link.parent))
    fresh.rename(link)


def sweep(home: Path, marks: Collection[Mark]) -> None:
    """Removes files that the sidecar no longer needs; who reads those may go on."""
    path = _target(home)
    files = {path.name, changes_of(path).name}
    needed = {f"{file}{end}" for file in files for end in ("", "-wal", "-shm")}
    needed |= {file for mark in marks for file in (mark.all, mark.since)}
    for file in folder(home).iterdir():
        if file.is_file() and file.name not in needed:
            file.unlink()


def open_to_change(home: Path) -> sqlite3.Connection:
    """What became of the profiles since, for a change; readers go on beside it.

    The profiles of the build are attached as `built`, to be read.

    Raises:
        SidecarError: there is none yet, or it cannot be read.
    """
    path = _target(home)
    store = sqlite3.connect(changes_of(path).as_uri(), uri=True, isolation_level=None, timeout=30)
    # Overwritten on the disk: what is erased must not be found there.
    pragmas = "pragma synchronous = full; pragma cache_size = -65536; pragma secure_delete = on;"
    built = f"attach '{path.as_uri()}?mode=ro' as built; pragma built.mmap_size = {_MAPPED};"
    return _prepared(store, pragmas + built)


def open_to_wipe(home: Path) -> sqlite3.Connection:
    """The profiles of the build, to take some out for good."""
    store = sqlite3.connect(_target(home), isolation_level=None, timeout=30)
    return _prepared(store, "pragma synchronous = full; pragma secure_delete = on;")


def open_to_read(home: Path) -> tuple[sqlite3.Connection, Path]:
    """The sidecar for lookups, and the file that it is.

    Raises:
        SidecarError: there is none yet, or it cannot be read.
    """
    path = _target(home)
    store = sqlite3.connect(
        f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    # The profiles come first: statements look at the moment of the first file first, and a profile
    # is wiped from it only after the other says that it is gone.
    changes = f"attach '{changes_of(path).as_uri()}?mode=ro' as changes;"
    return _prepared(
        store, f"pragma mmap_size = {_MAPPED}; {changes} pragma query_only = on;"
    ), path


def _prepared(store: sqlite3.Connection, pragmas: str) -> sqlite3.Connection:
    try:
        store.executescript(pragmas)
    except sqlite3.DatabaseError as error:
        store.close()
        raise SidecarError(BROKEN) from error
    return store


def target(home: Path) -> Path | None:
    """The file that the link names at this moment."""
    try:
        return (home / LINK).parent / (home / LINK).readlink()
    except FileNotFoundError:
        return None


def _target(home: Path) -> Path:
    path = target(home)
    if path is None or not path.exists() or not changes_of(path).exists():
        raise SidecarError("there is no lookup sidecar yet; publish a generation first")
    return path.resolve()


def state(home: Path) -> State | None:
    """What the sidecar knows of itself; None where there is none that can be brought along."""
    try:
        store = open_to_read(home)[0]
    except SidecarError:
        return None
    try:
        known = states.read(store)
    except SidecarError:
        return None
    finally:
        store.close()
    files = {file for mark in known.marks.values() for file in (mark.all, mark.since) if file}
    return known if all((folder(home) / file).exists() for file in files) else None
