"""Lookups in the sidecar: by id, by alias, by key; each answer with the generation it is of."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from serving.lookup import key_index, state, store
from serving.lookup.keys import number
from serving.lookup.profiles import merged
from serving.lookup.state import SidecarError

# What is in `changes` stands in for what is in `main`; a profile without a document is gone, one
# that is not whole comes with that of the build.
_BY_ID = """
    select document, whole, (
        select built.document from main.profiles as built
        where not later.whole and built.number = ?1 and built.customer_id = ?2
    )
    from changes.profiles as later where number = ?1 and customer_id = ?2
    union all
    select document, true, null from main.profiles where number = ?1 and customer_id = ?2
    limit 1
"""
_BY_NUMBER = """
    select document, whole, (
        select built.document from main.profiles as built
        where not later.whole and built.number = ?1 and built.customer_id = later.customer_id
    )
    from changes.profiles as later where number = ?1 and document is not null
    union all
    select document, true, null from main.profiles as built where number = ?1 and not exists (
        select 1 from changes.profiles as later
        where later.number = ?1 and later.customer_id = built.customer_id
    )
"""
_SLOT = """
    select
        (select entries from main.slots where slot = ?1),
        (select group_concat(customer || ' ' || present) from changes.keys where key = ?2)
"""
_ALIAS = "select customer_id from changes.aliases where alias_id = ?"
# Of both files, so that their moments are taken together, the file of the build first.
_GENERATION = """
    select value, (select value from main.facts where name = 'made')
    from changes.facts where name = 'generation_id'
"""

Hold = Callable[[Callable[[], None]], object]
"""Takes what is to be called in a moment, when the lookups of that moment are done."""


class Merged(NamedTuple):
    """The id belongs to a customer that was merged into another."""

    customer_id: str


class Reader:
    """The sidecar, opened once; follows the link when a build from nothing replaced the file.

    When the link or its file is gone it goes on with the file it has: the last good generation.
    Lookups that follow each other closely share one read transaction where somebody ends it: to
    begin one costs as much as a lookup. Not to be shared by threads.
    """

    def __init__(self, home: Path, hold: Hold | None = None) -> None:
        """Opens the sidecar.

        Args:
            home: the hub's home.
            hold: calls back some milliseconds later; without it each lookup stands alone.

        Raises:
            SidecarError: there is none yet, or it cannot be read.
        """
        self._home, self._hold = home, hold
        self._shown: str | None = None  # The generation, while a transaction is open.
        self._pinned = False
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

    def _follow(self) -> None:
        try:
            if os.readlink(store.LINK.name, dir_fd=self._folder) == self._target:
                return
        except OSError:
            return  # The link is gone: the file that is open still answers.
        before = self._store
        with contextlib.suppress(SidecarError, sqlite3.Error):
            self._open()
            before.close()

    def _begin(self) -> str:
        """The generation that lookups see until `_end`."""
        if self._shown is None:
            self._follow()
            self._store.execute("begin")
            try:
                self._shown = str(self._store.execute(_GENERATION).fetchone()[0])
            except BaseException:
                self._store.execute("rollback")
                raise
            if self._hold is not None:
                self._hold(self._release)
        return self._shown

    def _end(self) -> None:
        if self._hold is None:
            self._release()

    def _release(self) -> None:
        if self._shown is not None and not self._pinned:
            self._shown = None
            self._store.execute("commit")

    def generation(self) -> str:
        """The generation that the sidecar shows now."""
        self._release()
        try:
            return self._begin()
        finally:
            self._end()

    def customer(self, customer_id: str) -> tuple[bytes | Merged, str] | None:
        """The document of a customer, or where to look instead; and the generation it is of."""
        generation = self._begin()
        try:
            row = self._store.execute(_BY_ID, (number(customer_id), customer_id)).fetchone()
            if row is not None and row[0] is not None:
                return _document(*row), generation
            alias = self._store.execute(_ALIAS, (customer_id,)).fetchone()
            return None if alias is None else (Merged(alias[0]), generation)
        finally:
            self._end()

    def with_key(self, key: str) -> tuple[list[bytes], str]:
        """Documents of the customers that have a key (as `keys.key` spells it); the generation."""
        wanted = number(key)
        generation = self._begin()
        try:
            ask = self._store.execute
            entries, later = ask(_SLOT, (wanted >> self._shift, wanted)).fetchone()
            documents = []
            for customer in _with(key_index.find(entries or b"", wanted), later):
                documents += [_document(*row) for row in ask(_BY_NUMBER, (customer,)).fetchall()]
            return documents, generation
        finally:
            self._end()

    @contextlib.contextmanager
    def one_generation(self) -> Iterator[str]:
        """All lookups inside see the generation that this gives."""
        generation = self._begin()
        self._pinned = True
        try:
            yield generation
        finally:
            self._pinned = False
            self._release()

    def close(self) -> None:
        """Closes the file."""
        self._shown, self._pinned = None, False
        self._store.close()
        os.close(self._folder)


def _document(document: bytes, whole: bool, built: bytes | None) -> bytes:
    return document if whole else merged(built or b"", document)


def _with(customers: list[int], later: str | None) -> list[int]:
    """The customers that have a key, after what became of it since the build."""
    if later is None:
        return customers
    since = dict(entry.split(" ") for entry in later.split(","))
    kept = [customer for customer in customers if str(customer) not in since]
    return kept + [int(customer) for customer, present in since.items() if present == "1"]
