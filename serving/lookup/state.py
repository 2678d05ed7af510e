"""What the sidecar knows of itself, as it lies in the file of its changes."""

import sqlite3

import msgspec

FORMAT = "3"
BROKEN = "the lookup sidecar is broken; publishing builds it anew"


class SidecarError(RuntimeError):
    """The sidecar is missing, broken or of another format."""


class Mark(msgspec.Struct):
    """What is known of the rows of a table.

    Attributes:
        columns: names and types, and the version of DuckDB that made the hashes.
        rows: how many.
        total: the sum of their hashes.
        all: file with the hash of each when the sidecar was built.
        since: file with those of the customers that changed since; empty when none did.
    """

    columns: str
    rows: int
    total: str
    all: str = ""
    since: str = ""


class State(msgspec.Struct):
    """What the sidecar knows of itself.

    Attributes:
        stamp: another one after each change.
        generation: whose profiles it shows.
        built_at: when that was built.
        bits: leading bits of a key that name its slot.
        marks: what is known of each table.
        profiles: how many there were when it was built.
    """

    stamp: str
    generation: str
    built_at: str
    bits: int
    marks: dict[str, Mark]
    profiles: int


def read(store: sqlite3.Connection) -> State:
    """What an opened sidecar knows of itself.

    Raises:
        SidecarError: it is no sidecar of this format, or half of one.
    """
    try:
        found = dict(store.execute("select name, value from changes.facts").fetchall())
        made = store.execute("select value from main.facts where name = 'made'").fetchone()
        if found.get("format") == FORMAT and made and made[0] == found["of"]:
            return msgspec.json.decode(found["state"], type=State)
    except (sqlite3.DatabaseError, msgspec.DecodeError) as error:
        raise SidecarError(BROKEN) from error
    raise SidecarError("the lookup sidecar has another format; publishing builds it anew")


def write(store: sqlite3.Connection, changes: str, known: State) -> None:
    """Writes what the sidecar knows of itself into its changes, attached as `changes`."""
    facts = {
        "format": FORMAT,
        "generation_id": known.generation,
        "state": msgspec.json.encode(known).decode(),
    }
    store.executemany(f"insert or replace into {changes}.facts values (?, ?)", facts.items())
