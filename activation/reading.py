"""Look at a destination without touching it: runs, failures, conflicts, a plan's rows, exports."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import msgspec

from activation import plan as plans
from activation.ledger import Ledger, folder
from activation.plan import PlanRow
from connectors.target_base.values import defused

_FAILING = ("rejected", "refused", "unknown", "intended", "waits")


@dataclass(frozen=True)
class State:
    """How a destination stands.

    Attributes:
        runs: The last runs, newest first.
        failing: Object -> rows whose last fate is a failure, by the CRM's own words.
        conflicts: Rows whose last fate is a conflict.
        held: Plans that wait for a person: number and reasons.
    """

    runs: list[dict[str, Any]]
    failing: list[dict[str, Any]]
    conflicts: int
    held: list[dict[str, Any]]


def state(home: Path, destination: str, last: int = 5) -> State:
    """Read how a destination stands."""
    if not (folder(home, destination) / "ledger.db").exists():
        return State([], [], 0, [])
    ledger = Ledger(home, destination)
    try:
        runs = [
            {**dict(row), "counts": msgspec.json.decode(row["counts"] or "{}")}
            for row in ledger.db.execute("select * from runs order by run_id desc limit ?", (last,))
        ]
        newest = (
            "select object, key, status, error, fields from activation_log "
            "where id in (select max(id) from activation_log group by object, key)"
        )
        marks = ", ".join("?" * len(_FAILING))
        failing = ledger.db.execute(
            f"select object, status, error, count(*) as rows from ({newest}) "
            f"where status in ({marks}) group by 1, 2, 3 order by rows desc limit 20",
            _FAILING,
        )
        conflicts = ledger.db.execute(
            f"select count(*) from ({newest}) where status = 'conflict'"
        ).fetchone()
        held = ledger.db.execute(
            "select plan_id, object, held from plans where status = 'held' order by plan_id"
        )
        waiting = [{**dict(row), "held": msgspec.json.decode(row["held"])} for row in held]
        return State(runs, [dict(row) for row in failing], int(conflicts[0]), waiting)
    finally:
        ledger.close()


def samples(home: Path, destination: str, plan_id: int, each: int = 5) -> list[PlanRow]:
    """A few rows of each operation of a plan."""
    ledger = Ledger(home, destination)
    try:
        found = []
        for op in (*plans.SENT, "settle", "refused", "gone", "superseded"):
            for number, row in enumerate(plans.rows(ledger, plan_id, (op,))):
                if number >= each:
                    break
                if row.op != "settle" or row.of("conflict"):
                    found.append(row)
        return found
    finally:
        ledger.close()


def export(home: Path, destination: str, plan_id: int, out: TextIO) -> int:
    """Write a plan as CSV, one line per field; no cell is a formula. Returns the lines."""
    ledger = Ledger(home, destination)
    try:
        return _written(_lines(plans.rows(ledger, plan_id)), out)
    finally:
        ledger.close()


def _lines(rows: Iterable[PlanRow]) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        head = {"op": row.op, "key": row.key, "remote_id": row.remote_id, "reason": row.reason}
        if not row.changes:
            yield head
        for change in row.changes:
            about = {"field": change.name, "action": change.action, "before": change.before}
            yield head | about | {"after": change.after, "why": change.why}


def _written(lines: Iterable[Mapping[str, Any]], out: TextIO) -> int:
    names = ["op", "key", "remote_id", "reason", "field", "action", "before", "after", "why"]
    table = csv.writer(out)
    table.writerow(names)
    count = 0
    for line in lines:
        cells = (line.get(name) for name in names)
        table.writerow(["" if c is None else defused(str(c)) or "" for c in cells])
        count += 1
    return count
