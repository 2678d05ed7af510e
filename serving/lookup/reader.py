"""Lookups in the sidecar: by id, by alias, by key; each answer with the generation it is of."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from serving.lookup import key_index, store
from serving.lookup.keys import number

_SHOWN = "(select value from facts where name = 'generation_id')"
_BY_ID = f"select document, {_SHOWN} from profiles where number = ? and customer_id = ?"
_BY_NUMBER = f"select document, {_SHOWN} from profiles where number = ?"
_SLOT = f"select entries, {_SHOWN} from facts left join slots on slot = ? where name = 'format'"
_LOOK = 0.02  # seconds that a lookup trusts the link it saw
_ALIAS = f"select customer_id, {_SHOWN} from aliases where alias_id = ?"


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
            raise store.SidecarError("nothing is published yet") from None
        try:
            self._open()
        except BaseException:
            os.close(self._folder)
            raise

    def _open(self) -> None:
        self._store, self._path = store.open_to_read(self._home)
        self._shift = 63 - int(store.facts(self._store)["bits"])
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
        except (store.SidecarError, sqlite3.Error):
            self._store = before
        else:
            before.close()

    def generation(self) -> str:
        """The generation that the sidecar shows now."""
        self._follow(at_once=True)
        return str(self._store.execute(f"select {_SHOWN}").fetchone()[0])

    def customer(self, customer_id: str) -> tuple[bytes | Merged, str] | None:
        """The document of a customer, or where to look instead; and the generation it is of."""
        self._follow()
        row = self._store.execute(_BY_ID, (number(customer_id), customer_id)).fetchone()
        if row is not None:
            return row[0], row[1]
        alias = self._store.execute(_ALIAS, (customer_id,)).fetchone()
        return None if alias is None else (Merged(alias[0]), alias[1])

    def with_key(self, key: str) -> tuple[list[bytes], str]:
        """Documents of the customers that have a key (as `keys.key` spells it); the generation."""
        self._follow()
        wanted = number(key)
        while True:
            entries, generation = self._store.execute(_SLOT, (wanted >> self._shift,)).fetchone()
            documents = []
            seen = {generation}
            for customer in key_index.find(entries or b"", wanted):
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
            yield str(self._store.execute(f"select {_SHOWN}").fetchone()[0])
        finally:
            self._store.execute("commit")

    def close(self) -> None:
        """Closes the file."""
        self._store.close()
        os.close(self._folder)
