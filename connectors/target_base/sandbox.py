"""A CRM in small, for every target's sandbox: records, keys, rules and merges; and trouble.

Each room's sandbox puts its vendor's wire in front of a `Book`.
"""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from connectors.sandbox.server import Fault, Sandbox


class RefusedError(Exception):
    """The CRM does not take a row.

    Args:
        kind: `choice`, `read_only`, `no_field`, `duplicate`, `missing` or `required`.
        words: What it says.
    """

    def __init__(self, kind: str, words: str, field: str = "") -> None:
        super().__init__(words)
        self.kind, self.field = kind, field


@dataclass
class Property:
    """One field of the book's object."""

    kind: str = "text"
    read_only: bool = False
    choices: tuple[str, ...] | None = None
    spelled: Callable[[Any], Any] | None = None  # how this CRM reformats what it is given


@dataclass
class Entry:
    """One record."""

    id: str
    values: dict[str, Any]
    created: datetime
    modified: datetime
    merged: list[str] = field(default_factory=list)


class Book:
    """The records of one object."""

    def __init__(
        self, key: str, properties: Mapping[str, Property], id_made: Callable[[int], str] = str
    ) -> None:
        """Make an empty book; `id_made` writes the n-th id as the vendor does."""
        self.id_made = id_made
        self.key, self.properties = key, {n: replace(p) for n, p in properties.items()}
        self.entries: dict[str, Entry] = {}
        self.moved: dict[str, str] = {}  # merged id -> survivor
        self.writes: Counter[str] = Counter()
        self._by_key: dict[str, str] = {}
        self._ids = itertools.count(1001)

    def by_key(self, key: str) -> Entry | None:
        """The record with this key; CRMs compare without case."""
        return self.entries.get(self._by_key.get(_folded(self._spelled(self.key, key)), ""))

    def get(self, remote_id: str) -> Entry | None:
        """The record, or the one it was merged into."""
        return self.entries.get(self.moved.get(remote_id, remote_id))

    def check(self, values: Mapping[str, Any]) -> None:
        """Refuse what this CRM would refuse."""
        for name, value in values.items():
            known = self.properties.get(name)
            if known is None:
                raise RefusedError("no_field", f'Property "{name}" does not exist', name)
            if known.read_only:
                raise RefusedError("read_only", f'Property "{name}" is read only', name)
            if known.choices and value not in (None, "", *known.choices):
                raise RefusedError("choice", f'"{value}" was not one of the allowed options', name)

    def create(self, values: Mapping[str, Any], remote_id: str | None = None) -> Entry:
        """Add a record; the key is unique."""
        self.check(values)
        if values.get(self.key) is not None and self.by_key(values[self.key]):
            raise RefusedError(
                "duplicate", f"A record with this {self.key} exists already", self.key
            )
        now = datetime.now(UTC)
        entry = Entry(remote_id or self.id_made(next(self._ids)), {}, now, now)
        self.entries[entry.id] = entry
        self._set(entry, values)
        self.writes["create"] += 1
        return entry

    def update(self, remote_id: str, values: Mapping[str, Any]) -> Entry:
        """Change a record."""
        entry = self.get(remote_id)
        if entry is None:
            raise RefusedError("missing", f"The record {remote_id} does not exist")
        self.check(values)
        self._set(entry, values)
        self.writes["update"] += 1
        return entry

    def delete(self, remote_id: str) -> None:
        """Remove a record."""
        if self.entries.pop(remote_id, None) is None:
            raise RefusedError("missing", f"The record {remote_id} does not exist")
        self.writes["delete"] += 1

    def merge(self, survivor: str, other: str) -> Entry:
        """Make two records one; the other's id leads to the survivor."""
        kept, gone = self.entries[survivor], self.entries.pop(other)
        for name, value in gone.values.items():
            kept.values.setdefault(name, value)
        kept.merged += [other, *gone.merged]
        self.moved |= dict.fromkeys([other, *gone.merged], survivor)
        kept.modified = datetime.now(UTC)
        self.writes["merge"] += 1
        return kept

    def edit(self, remote_id: str, **values: Any) -> None:
        """What a person does in the CRM's own screens."""
        self._set(self.entries[remote_id], values)

    def _set(self, entry: Entry, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            entry.values[name] = None if value in (None, "") else self._spelled(name, value)
            if name == self.key and value:
                self._by_key[_folded(entry.values[name])] = entry.id
        entry.modified = datetime.now(UTC)

    def _spelled(self, name: str, value: Any) -> Any:
        spelled = self.properties[name].spelled if name in self.properties else None
        return spelled(value) if spelled else value


@dataclass
class Trouble:
    """What goes wrong, as shares of all requests; the same seed gives the same trouble."""

    lost: float = 0.0  # carried out, the answer never arrives
    refused: float = 0.0  # 429 with Retry-After
    broken: float = 0.0  # 500, half of them after carrying it out
    hangs: float = 0.0  # carried out, the answer takes `hang` seconds
    partial: float = 0.0  # 207: some rows of a batch are to be sent again
    hang: float = 3.0
    seed: int = 1


class CrmSandbox(Sandbox):
    """A sandbox with trouble; subclasses hold their books and give the vendor's routes."""

    def __init__(self, trouble: Trouble | None = None) -> None:
        super().__init__()
        self.trouble = trouble or Trouble()
        self.dice = random.Random(self.trouble.seed)
        self.calls: Counter[str] = Counter()
        """Requests by method and path that reached the vendor's routes."""

    def unlucky(self) -> bool:
        """Whether a row of a batch is put off (207)."""
        return self.dice.random() < self.trouble.partial

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless trouble comes first."""
        if scope["type"] != "http":
            return
        self.calls[f"{scope['method']} {scope['path']}"] += 1
        trouble, roll = self.trouble, self.dice.random()
        for kind in ("lost", "refused", "broken", "hangs"):
            share = getattr(trouble, kind)
            if roll < share:
                await self._trouble(kind, scope, receive, send)
                return
            roll -= share
        await super().__call__(scope, receive, send)

    async def _trouble(self, kind: str, scope: Scope, receive: Receive, send: Send) -> None:
        if kind == "refused":
            answer = JSONResponse({"message": "slow down"}, 429, {"Retry-After": "1"})
            await answer(scope, receive, send)
        elif kind == "lost":
            self.faults.appendleft(Fault("short"))
            await super().__call__(scope, receive, send)
        elif kind == "hangs":
            held: list[Any] = []

            async def keep(message: Any) -> None:
                held.append(message)

            await super().__call__(scope, receive, keep)
            await asyncio.sleep(self.trouble.hang)
            for message in held:
                await send(message)
        else:
            if self.dice.random() < 0.5:

                async def lose(_message: Any) -> None:
                    return None

                await super().__call__(scope, receive, lose)
            await JSONResponse({"message": "internal error"}, 500)(scope, receive, send)


def _folded(value: Any) -> str:
    return str(value or "").strip().casefold()
