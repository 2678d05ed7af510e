"""Bring changes to a CRM so that every row's fate is known: batch, bisect, retry, reconcile.

Promises, whoever calls (the Singer targets or the activation engine):

- what is about to be sent is journalled before, what became of it after;
- a batch that is refused as a whole is split until the bad rows stand alone;
- a row that the CRM wants later is sent again alone, the others are not;
- after a lost answer the CRM is asked, by id or by key, before anything is sent again, so that
  nothing is created twice.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

from connectors.target_base.values import same
from connectors.target_base.wire import (
    BatchRejectedError,
    Change,
    LostAnswerError,
    Op,
    Outcome,
    Record,
    Status,
    UnavailableError,
    Wire,
)


class Journal(Protocol):
    """Where intents and outcomes are kept."""

    def intend(self, changes: Sequence[Change]) -> None:
        """Keep what is about to be sent; returns once it is durable."""

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Keep what became of it."""


class NoJournal:
    """For callers that keep no ledger."""

    def intend(self, changes: Sequence[Change]) -> None:
        """Keep nothing."""

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Keep nothing."""


Gate = Callable[[Sequence[Change]], Sequence[Change]]
"""Asked right before a batch goes out; returns what may go (consent is checked here)."""


@dataclass(frozen=True)
class Manners:
    """How patient delivery is.

    Args:
        rounds: How often a lost answer or a row "for later" is tried again.
        wait: Seconds before the first new try; doubles, with jitter, up to `longest`.
        sleep: Replaced in tests.
    """

    rounds: int = 6
    wait: float = 0.5
    longest: float = 30.0
    sleep: Callable[[float], None] = time.sleep

    def pause(self, attempt: int) -> None:
        """Wait before try number `attempt` (from 1)."""
        self.sleep(min(self.longest, self.wait * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0))


class Delivery:
    """One wire, its kinds of fields, and the journal.

    Args:
        wire: The CRM.
        kinds: Field name -> kind, for telling whether a lost write arrived.
        journal: Told before and after.
        gate: Asked right before each batch.
        region: Country of phone numbers written without one.
    """

    def __init__(
        self,
        wire: Wire,
        kinds: Mapping[str, str],
        journal: Journal | None = None,
        *,
        gate: Gate | None = None,
        manners: Manners | None = None,
        region: str | None = None,
    ) -> None:
        self._wire = wire
        self._kinds = kinds
        self._journal = journal or NoJournal()
        self._gate = gate
        self._manners = manners or Manners()
        self._region = region

    def deliver(self, changes: Iterable[Change]) -> Iterator[Outcome]:
        """Send the changes, in their order, and yield each one's fate once it is journalled.

        Raises:
            DeniedError: The credentials do not allow it; what was not sent stays unsent.
            UnavailableError: The CRM cannot be reached.
        """
        for op, group in groupby(changes, key=lambda change: change.op):
            size = self._wire.limits.delete if op is Op.DELETE else self._wire.limits.write
            batch: list[Change] = []
            for change in group:
                batch.append(change)
                if len(batch) >= size:
                    yield from self._batch(op, batch)
                    batch = []
            if batch:
                yield from self._batch(op, batch)

    def _batch(self, op: Op, batch: Sequence[Change]) -> Iterator[Outcome]:
        allowed = list(self._gate(batch)) if self._gate else list(batch)
        if not allowed:
            return
        self._journal.intend(allowed)
        try:
            for outcomes in self._settled(op, allowed):
                self._journal.settle(outcomes)
                yield from outcomes
        except UnavailableError as error:
            raise UnavailableError(
                f"{error} ({len(allowed)} rows wait for the next run)"
            ) from error

    def _settled(self, op: Op, batch: list[Change]) -> Iterator[list[Outcome]]:
        waiting, attempt, lost = batch, 0, False
        while waiting:
            if attempt:
                self._manners.pause(attempt)
            if lost:
                arrived, waiting = self.arrived(waiting)
                yield arrived
                if not waiting:
                    return
            if attempt >= self._manners.rounds:
                yield [Outcome(change, Status.UNKNOWN, error="no answer") for change in waiting]
                return
            attempt, lost = attempt + 1, False
            try:
                outcomes = self._wire.send(op, waiting)
            except LostAnswerError:
                lost = True
            except BatchRejectedError as refused:
                yield from self._apart(op, waiting, refused)
                return
            else:
                later = [outcome for outcome in outcomes if outcome.status is Status.RETRY]
                yield [o for o in map(self._adopted, outcomes) if o.status is not Status.RETRY]
                waiting = [outcome.change for outcome in later]
                if attempt >= self._manners.rounds:
                    yield [replace(outcome, status=Status.UNKNOWN) for outcome in later]
                    return

    def _apart(
        self, op: Op, batch: list[Change], refused: BatchRejectedError
    ) -> Iterator[list[Outcome]]:
        """Split a refused batch until the bad rows stand alone."""
        if len(batch) == 1:
            yield [self._adopted(Outcome(batch[0], Status.REJECTED, error=str(refused)))]
            return
        if refused.rows:  # the CRM named them
            yield [
                self._adopted(Outcome(batch[place], Status.REJECTED, error=words))
                for place, words in refused.rows.items()
            ]
            rest = [change for place, change in enumerate(batch) if place not in refused.rows]
            yield from self._settled(op, rest)
            return
        if (
            op is Op.CREATE and self._wire.readable
        ):  # a lost batch that arrived after all is refused for its own keys
            arrived, batch = self.arrived(batch)
            yield arrived
            if arrived:
                yield from self._settled(op, batch)
                return
        middle = len(batch) // 2
        yield from self._settled(op, batch[:middle])
        yield from self._settled(op, batch[middle:])

    def _adopted(self, outcome: Outcome) -> Outcome:
        """A create refused because the key is there already may be our own lost one."""
        change = outcome.change
        exists = outcome.status is Status.EXISTS
        if change.op is not Op.CREATE or not (exists or outcome.status is Status.REJECTED):
            return outcome
        found = self._wire.read(list(change.values), keys=[change.key])
        if not found:
            return replace(outcome, status=Status.REJECTED)
        if self._holds(found[0], change):
            return Outcome(change, Status.DONE, found[0].remote_id, stamp=found[0].stamp)
        words = outcome.error or "a record with this key is there already"
        return Outcome(change, Status.EXISTS, found[0].remote_id, words, outcome.request_id)

    def arrived(self, changes: Sequence[Change]) -> tuple[list[Outcome], list[Change]]:
        """Ask the CRM which of these were carried out, and return the others.

        Used after a lost answer, and at the start of a run for what a killed one left open.
        """
        outcomes: list[Outcome] = []
        open_: list[Change] = []
        if not self._wire.readable:
            return outcomes, list(changes)
        size = self._wire.limits.read
        for start in range(0, len(changes), size):
            part = changes[start : start + size]
            names = sorted({name for change in part for name in change.values})
            ids = [c.remote_id for c in part if c.remote_id]
            keys = [c.key for c in part if not c.remote_id]
            found = self._wire.read(names, ids=ids) if ids else []
            by_id = {record.asked_id or record.remote_id: record for record in found}
            found = self._wire.read(names, keys=keys) if keys else []
            by_key = {record.key: record for record in found}
            for change in part:
                record = by_id.get(change.remote_id) if change.remote_id else by_key.get(change.key)
                done = self._fate(change, record)
                if done:
                    outcomes.append(done)
                else:
                    open_.append(change)
        return outcomes, open_

    def _fate(self, change: Change, record: Record | None) -> Outcome | None:
        if change.op in (Op.DELETE, Op.MERGE):
            return None if record else Outcome(change, Status.DONE, change.remote_id)
        if record is None:
            return Outcome(change, Status.GONE) if change.op is Op.UPDATE else None
        if self._holds(record, change):
            return Outcome(change, Status.DONE, record.remote_id, stamp=record.stamp)
        if change.op is Op.CREATE:  # ours by key, with other values: an update will follow
            return Outcome(change, Status.EXISTS, record.remote_id, "created, then changed")
        return None

    def _holds(self, record: Record, change: Change) -> bool:
        return all(
            same(record.values.get(name), value, self._kinds.get(name, "text"), self._region)
            for name, value in change.values.items()
        )
