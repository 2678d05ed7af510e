"""Lookups in the sidecar: by id, by alias, by key; each answer with the generation it is of."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from serving.lookup import key_index, state, store
from serving.lookup.keys import number
from serving.lookup.state import SidecarError

_SHOWN = "(select value from changes.facts where name = 'generation_id')"
# What is in `changes` stands in for what is in `main`; a profile without a document is gone.
_BY_ID = f"""
    select document, {_SHOWN} from changes.profiles where number = ?1 and customer_id = ?2
    union all
    select document, {_SHOWN} from main.profiles where number = ?1 and customer_id = ?2
    limit 1
"""
_BY_NUMBER = f"""
    select document, {_SHOWN} from changes.profiles where number = ?1 and document is not null
    union all
    select document, {_SHOWN} from main.profiles as built where number = ?1 and not exists (
        select 1 from changes.profiles as later
        where later.number = ?1 and later.customer_id = built.customer_id
    )
"""
_SLOT = f"""
    select
        (select entries from main.slots where slot = ?1),
        (select group_concat(customer || ' ' || present) from changes.keys where key = ?2),
        {_SHOWN}
"""
# Of both files, so that their moments are taken together, the file of the build first.
_BOTH = f"select {_SHOWN}, (select value from main.facts where name = 'made')"
_LOOK = 0.02  # seconds that a lookup trusts the link it saw
_ALIAS = f"select customer_id, {_SHOWN} from changes.aliases where alias_id = ?"


class Merged(NamedTuple):
    """The id belongs to a customer that was merged into another."""

    customer_id: str


class Reader:
    """The sidecar, opened once; follows the link when a build from nothing replaced the file.

    When the link or its file is gone it goes on with the file it has: the last good generation.
    Not to be shared by threads.
    """

    def __init__(self, home: Path) -> None:
        """Opens the sidecar.

        Raises:
            SidecarError: there is none yet, or it cannot be read.
        """
        self._home = home
        self._look_again = 0.0
        # Relative to an open folder: a path would have to be walked with each lookup.
        try:
            self._folder = os.open((home / store.LINK).parent, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            raise SidecarError("nothing is published yet") from None
        try:
            self._open()
        except BaseException:
            os.close(self._folder)
            raise

    def _open(self) -> None:
        opened, self._path = store.open_to_read(self._home)
        try:
            self._shift = 63 - state.read(opened).bits
        except SidecarError:
            opened.close()
            raise
        self._store = opened
        self._target = os.readlink(store.LINK.name, dir_fd=self._folder)

    def _follow(self, at_once: bool = False) -> None:
        now = time.monotonic()
        if now < self._look_again and not at_once:
            return
        self._look_again = now + _LOOK
        try:
            if os.readlink(store.LINK.name, dir_fd=self._folder) == self._target:
                return
        except OSError:
            return  # The link is gone: the file that is open still answers.
        before = self._store
        try:
            self._open()
        except (SidecarError, sqlite3.Error):
            self._store = before
        else:
            before.close()

    def generation(self) -> str:
        """The generation that the sidecar shows now."""
        self._follow(at_once=True)
        return str(self._store.execute(_BOTH).fetchone()[0])

    def customer(self, customer_id: str) -> tuple[bytes | Merged, str] | None:
        """The document of a customer, or where to look instead; and the generation it is of."""
        self._follow()
        row = self._store.execute(_BY_ID, (number(customer_id), customer_id)).fetchone()
        if row is not None and row[0] is not None:
            return row[0], row[1]
        alias = self._store.execute(_ALIAS, (customer_id,)).fetchone()
        return None if alias is None else (Merged(alias[0]), alias[1])

    def with_key(self, key: str) -> tuple[list[bytes], str]:
        """Documents of the customers that have a key (as `keys.key` spells it); the generation."""
        self._follow()
        wanted = number(key)
        while True:
            asked = (wanted >> self._shift, wanted)
            entries, later, generation = self._store.execute(_SLOT, asked).fetchone()
            documents = []
            seen = {generation}
            for customer in _with(key_index.find(entries or b"", wanted), later):
                for document, of in self._store.execute(_BY_NUMBER, (customer,)).fetchall():
                    documents.append(document)
                    seen.add(of)
            if len(seen) == 1:  # Else a new generation came in between.
                return documents, generation

    @contextmanager
    def one_generation(self) -> Iterator[str]:
        """All lookups inside see the generation that this gives."""
        self._follow()
        self._store.execute("begin")
        try:
            yield str(self._store.execute(_BOTH).fetchone()[0])
        finally:
            self._store.execute("commit")

    def close(self) -> None:
        """Closes the file."""
        self._store.close()
        os.close(self._folder)


def _with(customers: list[int], later: str | None) -> list[int]:
    """The customers that have a key, after what became of it since the build."""
    if later is None:
        return customers
    since = dict(entry.split(" ") for entry in later.split(","))
    kept = [customer for customer in customers if str(customer) not in since]
    return kept + [int(customer) for customer, present in since.items() if present == "1"]
