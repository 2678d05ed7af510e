"""Undo a run from its before-images: what is still ours goes back, a later edit stays."""

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from activation.crm import Crm
from activation.diff import FieldChange, Rules
from activation.ledger import ActivationError, Ledger
from activation.plan import Plan, PlanRow, add, begin, finish
from activation.spec import Sync
from connectors.target_base.wire import Record


@dataclass
class _Done:
    """All that a run did to one record."""

    op: str
    customer: str
    remote_id: str | None
    row_hash: int | None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def plan_undo(ledger: Ledger, sync: Sync, crm: Crm, run_id: int, generation_id: str) -> Plan:
    """Make the plan that takes a run back.

    Raises:
        ActivationError: There is no such run of this sync, or it wrote nothing.
    """
    done = _done(ledger, sync, run_id)
    if not done:
        raise ActivationError(
            f"{sync.destination}: {sync.name}: run {run_id} wrote nothing that could be undone; "
            "see --status for the runs"
        )
    ids = [one.remote_id for one in done.values() if one.remote_id and one.op != "delete"]
    there = crm.by_id(ids)
    plan_id = begin(ledger, sync, generation_id)
    rows = [_row(key, one, there.get(str(one.remote_id)), crm.rules) for key, one in done.items()]
    counts = add(ledger, plan_id, 0, rows)
    return finish(ledger, plan_id, [], counts | {"rows": len(rows)})


def _done(ledger: Ledger, sync: Sync, run_id: int) -> dict[str, _Done]:
    done: dict[str, _Done] = {}
    for entry in ledger.db.execute(
        "select * from activation_log where run_id = ? and object = ? and status = 'done' "
        "and op in ('create', 'update', 'delete') and key != 'erased' order by id",
        (run_id, sync.name),
    ):
        key = entry["key"]
        one = done.setdefault(
            key, _Done(entry["op"], entry["customer"], entry["remote_id"], entry["row_hash"])
        )
        one.row_hash = entry["row_hash"]
        for name, value in msgspec.json.decode(entry["before"]).items():
            one.before.setdefault(name, value)
        one.after |= msgspec.json.decode(entry["fields"])
    return done


def _row(key: str, one: _Done, record: Record | None, rules: Rules) -> PlanRow:
    base = PlanRow("settle", key, one.customer, row_hash=one.row_hash)
    if one.op == "delete":
        changes = [
            FieldChange(name, "write", None, value, "undo")
            for name, value in one.before.items()
            if value is not None
        ]
        return replace(base, op="create", reason="undo of a delete", changes=changes)
    if record is None:
        return replace(base, op="superseded", reason="nothing to undo: it is gone there")
    ours = {
        name: rules.spelled(name, record.values.get(name)) == rules.spelled(name, value)
        for name, value in one.after.items()
    }
    created = one.op == "create"
    base = replace(base, remote_id=record.remote_id, stamp=record.stamp, created=created)
    if created:
        if all(ours.values()):
            return replace(base, op="delete", reason="undo of a create", agreed=one.after)
        return replace(base, reason="kept: edited there since")
    changes = [
        FieldChange(name, "write", record.values.get(name), one.before.get(name), "undo")
        for name in one.after
        if ours[name] and name in one.before
    ]
    return replace(base, op="update" if changes else "settle", reason="undo", changes=changes)
