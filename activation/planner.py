"""What has to be done: the relation against the ledger against the CRM, changed rows only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from activation.brakes import reasons
from activation.consent import Standing
from activation.crm import Crm
from activation.diff import decide
from activation.ledger import Acknowledged, ActivationError, Ledger
from activation.plan import Plan, PlanRow, add, begin, finish
from activation.snapshot import Relation, Row, Snapshot
from activation.spec import Sync
from connectors.target_base.wire import Record

_PART = 1000


@dataclass(frozen=True, slots=True)
class _Known:
    """Which record of the CRM a row is about, as far as it is known before asking."""

    remote_id: str | None
    written: Mapping[str, Any]
    old_key: str | None = None
    created: bool = False
    correction: bool = False
    retired: bool = False
    acked_at: str | None = None


_NEW = _Known(None, {})


class Planner:
    """Makes plans for one sync against one snapshot."""

    def __init__(
        self, sync: Sync, ledger: Ledger, snapshot: Snapshot, crm: Crm, standing: Standing
    ) -> None:
        self._sync, self._ledger, self._crm = sync, ledger, crm
        self._snapshot, self._standing = snapshot, standing
        self._relation: Relation = snapshot.relation(sync.relation)
        absent = sorted(set(sync.fields) - set(self._relation.columns))
        if absent:
            raise ActivationError(
                f"{sync.destination}: {sync.name}: activation.{sync.relation} has no column "
                f"{', '.join(absent)}; correct `fields`"
            )
        self._aliases: dict[str, str] = {}  # alias that the ledger knows -> customer
        self._adopted: dict[str, str] = {}  # customer -> alias whose record it takes over

    def make(self, only: set[str] | None = None) -> Plan:
        """Make and save a plan; of `only` these keys in a second pass."""
        sync, ledger = self._sync, self._ledger
        plan_id = begin(ledger, sync, self._snapshot.generation_id)
        counts: dict[str, int] = {}
        number = 0
        for part in self._parts(only):
            for op, count in add(ledger, plan_id, number, part).items():
                counts[op] = counts.get(op, 0) + count
            number += len(part)
        settled = ledger.settled(sync.name)
        rows = self._relation.count()
        counts["rows"] = rows
        held = (
            []
            if only is not None
            else reasons(
                sync.brake,
                rows=rows,
                known=len(settled),
                counts=counts,
                published=self._snapshot.published,
            )
        )
        return finish(ledger, plan_id, held, counts)

    def _parts(self, only: set[str] | None) -> Iterator[list[PlanRow]]:
        settled = self._ledger.settled(self._sync.name)
        same_rules = self._ledger.fact(f"spec:{self._sync.name}") == self._sync.digest
        self._aliases = self._snapshot.aliases(list(settled)) if settled else {}
        yield self._merges(settled)
        known = settled if same_rules else dict.fromkeys(settled)
        for rows in self._relation.changed(known, _PART):
            wanted = [row for row in rows if only is None or row.key in only]
            if wanted:
                yield self._part(wanted)
        if self._sync.mode == "mirror" and only is None:
            yield from self._deletes()

    def _merges(self, settled: Mapping[str, int | None]) -> list[PlanRow]:
        """Customers that merged: one record is followed, the others are merged into it."""
        rows = []
        for alias, customer in sorted(self._aliases.items()):
            if customer not in settled and customer not in self._adopted:
                self._adopted[customer] = alias
                continue
            survivor = customer if customer in settled else self._adopted[customer]
            pair = self._ledger.acknowledged(self._sync.name, [alias, survivor])
            lost, kept = pair[alias], pair[survivor]
            if lost.retired or lost.remote_id == kept.remote_id:
                continue
            row = PlanRow(
                "superseded", alias, customer, f"merged into {customer}", lost.remote_id,
                into=kept.remote_id, created=lost.created,
            )  # fmt: skip
            if self._sync.merge and kept.remote_id and self._crm.wire.can_merge:
                row = replace(row, op="merge")
            rows.append(row)
        return rows

    def _part(self, rows: list[Row]) -> list[PlanRow]:
        withheld = self._standing.withheld([row.customer for row in rows])
        going = [row for row in rows if row.customer not in withheld]
        planned = [
            PlanRow(
                "withheld", row.key, row.customer, withheld[row.customer], row_hash=row.row_hash
            )
            for row in rows
            if row.customer in withheld
        ]
        desired = {row.key: self._desired(row) for row in going}
        ready = [row for row in going if desired[row.key] is not None]
        planned += [
            PlanRow("waits", row.key, row.customer, "its contact is not in the CRM yet")
            for row in going
            if desired[row.key] is None
        ]
        known = self._known(ready)
        retired = [row for row in ready if known[row.key].retired]
        planned += [
            PlanRow(
                "gone", row.key, row.customer, "a person deleted it there", row_hash=row.row_hash
            )
            for row in retired
        ]
        return planned + self._compared(
            [row for row in ready if not known[row.key].retired], known, desired
        )

    def _desired(self, row: Row) -> dict[str, Any] | None:
        """Field -> value; None while a record that the row refers to is not there."""
        values = {name: row.values.get(name) for name in self._sync.fields}
        for name, policy in self._sync.fields.items():
            if policy.refers_to and values[name] is not None:
                key = str(values[name])
                there = self._ledger.acknowledged(policy.refers_to, [key]).get(key)
                if there is None or there.remote_id is None:
                    return None
                values[name] = there.remote_id
        return values

    def _known(self, rows: list[Row]) -> dict[str, _Known]:
        keys = [row.key for row in rows]
        acks = self._ledger.acknowledged(self._sync.name, keys)
        known = {key: _of(ack, self._sync.on_deleted) for key, ack in acks.items()}
        for key in keys:
            if key not in known and key in self._adopted:
                alias = self._adopted[key]
                ack = self._ledger.acknowledged(self._sync.name, [alias])[alias]
                known[key] = replace(_of(ack, self._sync.on_deleted), old_key=alias)
        unknown = [key for key in keys if key not in known]
        if self._sync.source and unknown:
            found = self._snapshot.records_of(self._sync.source, unknown)
            known |= {key: self._linked(key, records) for key, records in found.items()}
        return {key: known.get(key, _NEW) for key in keys}

    def _linked(self, key: str, records: list[str]) -> _Known:
        """The customer's own record in this CRM; one that another customer held is taken over."""
        for remote_id in records:
            holder = self._ledger.by_remote_id(self._sync.name, remote_id)
            if holder is None:
                return _Known(remote_id, {})
            if holder.key != key and not holder.created:
                return _Known(remote_id, holder.fields, old_key=holder.key, correction=True)
        return _NEW

    def _compared(
        self, rows: list[Row], known: Mapping[str, _Known], desired: Mapping[str, Any]
    ) -> list[PlanRow]:
        if not rows:
            return []
        if not self._crm.wire.readable:  # what we wrote is all that is known
            return [
                self._decided(
                    row, known[row.key], _remembered(row, known[row.key]), desired[row.key]
                )
                for row in rows
            ]
        ids = [str(known[r.key].remote_id) for r in rows if known[r.key].remote_id]
        by_id = self._crm.by_id(ids) if ids else {}
        unmet = [row.key for row in rows if known[row.key].remote_id not in by_id]
        by_key = self._crm.by_key(unmet) if unmet else {}
        planned = []
        for row in rows:
            link = known[row.key]
            record = by_id.get(str(link.remote_id)) or by_key.get(row.key)
            planned.append(self._decided(row, link, record, desired[row.key]))
        return planned

    def _decided(
        self, row: Row, link: _Known, record: Record | None, desired: Mapping[str, Any]
    ) -> PlanRow:
        sync, rules = self._sync, self._crm.rules
        base = PlanRow("settle", row.key, row.customer, row_hash=row.row_hash, old_key=link.old_key)
        if record is None:
            if link.remote_id and sync.on_deleted == "leave":
                return replace(base, op="gone", reason="a person deleted it there")
            if sync.mode == "update":
                return replace(base, reason="not in the CRM, and this sync creates nothing")
            decision = decide(desired, None, {}, rules)
            op, reason = "create", "not in the CRM"
        else:
            base = replace(
                base, remote_id=record.remote_id, stamp=record.stamp, modified=record.modified,
                created=link.created or (link.remote_id is None and record.key == row.key),
            )  # fmt: skip
            if sync.mode == "insert":
                return replace(base, reason="it is there already, and this sync only creates")
            correction = link.correction or self._snapshot.was_split(row.customer, link.acked_at)
            decision = decide(desired, record.values, link.written, rules, correction=correction)
            op, reason = "update", "changed"
            if link.old_key:
                reason = f"follows {link.old_key}"
        changes = decision.fields
        if not decision.of("write"):
            op = "refused" if decision.of("refused") else "settle"
            reason = (
                "; ".join(sorted({c.why for c in decision.of("refused")})) or "nothing to write"
            )
        return replace(base, op=op, reason=reason, changes=changes, agreed=decision.agreed)

    def _deletes(self) -> Iterator[list[PlanRow]]:
        """What we created and the relation no longer has; edited by a person it stays."""
        created = self._ledger.created(self._sync.name)
        missing = [k for k in self._relation.missing(created) if k not in self._aliases]
        for start in range(0, len(missing), _PART):
            acks = self._ledger.acknowledged(self._sync.name, missing[start : start + _PART])
            there = self._crm.by_id([a.remote_id for a in acks.values() if a.remote_id])
            yield [self._delete(ack, there.get(str(ack.remote_id))) for ack in acks.values()]

    def _delete(self, ack: Acknowledged, record: Record | None) -> PlanRow:
        row = PlanRow("delete", ack.key, ack.customer, "no longer in the hub", ack.remote_id,
                      created=True)  # fmt: skip
        if record is None:
            return replace(row, op="superseded", reason="deleted there already")
        rules = self._crm.rules
        edited = [
            name
            for name, value in ack.fields.items()
            if name in record.values
            and rules.spelled(name, value) != rules.spelled(name, record.values[name])
        ]
        if edited:
            return replace(row, op="superseded", reason=f"kept: edited there ({', '.join(edited)})")
        return replace(row, stamp=record.stamp, agreed=dict(ack.fields))


def _remembered(row: Row, link: _Known) -> Record | None:
    return Record(link.remote_id, row.key, link.written) if link.remote_id else None


def _of(ack: Acknowledged, on_deleted: str) -> _Known:
    retired = ack.retired and on_deleted == "leave"
    return _Known(
        ack.remote_id, ack.fields, created=ack.created, retired=retired, acked_at=ack.acked_at
    )
