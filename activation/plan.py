"""A plan: rows with their reasons, made against one generation, one ledger and one CRM."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from activation.diff import FieldChange
from activation.ledger import ActivationError, Ledger
from activation.spec import Sync

SENT = ("merge", "create", "update", "delete")
"""Operations that go to the CRM, in this order; the others only settle or report."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of a plan.

    Args:
        op: One of `SENT`; or `settle` (nothing to send), `refused`, `withheld`, `gone`, `waits`,
            `superseded`.
        key: Our key.
        customer: Whom it is about.
        reason: Why, in words.
        remote_id: The CRM's id, once known.
        stamp: The CRM's version of the record that the decision was made on.
        row_hash: Hash of the relation's row; None for deletes and merges.
        changes: Fields: what is written, what is kept, what is refused.
        agreed: Fields that say the same on both sides.
        old_key: Ledger row whose record this one takes over: an alias, or a split's other half.
        into: For a merge: the remote id that survives.
        created: Whether the record is one that we created.
        modified: When the record last changed in the CRM, before this row's write.
    """

    op: str
    key: str
    customer: str
    reason: str = ""
    remote_id: str | None = None
    stamp: str | None = None
    row_hash: int | None = None
    changes: list[FieldChange] = field(default_factory=list)
    agreed: dict[str, Any] = field(default_factory=dict)
    old_key: str | None = None
    into: str | None = None
    created: bool = False
    modified: str | None = None

    def of(self, action: str) -> dict[str, Any]:
        """Field -> new value of the changes with this action."""
        return {change.name: change.after for change in self.changes if change.action == action}

    def written(self) -> dict[str, Any]:
        """Field -> what of the written values is ours."""
        written = (change for change in self.changes if change.action == "write")
        return {c.name: c.after if c.part is None else c.part for c in written}

    def before(self, action: str) -> dict[str, Any]:
        """Field -> value in the CRM of the changes with this action."""
        return {change.name: change.before for change in self.changes if change.action == action}


@dataclass(frozen=True)
class Plan:
    """A saved plan; its rows are read from the ledger."""

    plan_id: int
    object: str
    generation_id: str
    spec: str
    ledger_mark: int
    made_at: str
    status: str
    held: list[str]
    counts: dict[str, int]


_encoder = msgspec.json.Encoder(decimal_format="string", enc_hook=str)
_rows = msgspec.json.Decoder(PlanRow)


def now() -> str:
    """This moment, as the ledger writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def encoded(value: Any) -> str:
    """JSON text as the ledger keeps it."""
    return _encoder.encode(value).decode()


def begin(ledger: Ledger, sync: Sync, generation_id: str) -> int:
    """Open a plan and return its number."""
    cursor = ledger.db.execute(
        "insert into plans "
        "(object, generation_id, spec, ledger_mark, made_at, status, held, counts) "
        "values (?, ?, ?, ?, ?, 'making', '[]', '{}')",
        (sync.name, generation_id, sync.digest, ledger.mark(), now()),
    )
    return int(cursor.lastrowid or 0)


def add(ledger: Ledger, plan_id: int, start: int, rows: Iterable[PlanRow]) -> dict[str, int]:
    """Save rows, numbered from `start`; return counts by operation and by kind of field change."""
    counts: dict[str, int] = {}
    saved = []
    for number, row in enumerate(rows, start):
        counts[row.op] = counts.get(row.op, 0) + 1
        if any(change.action == "conflict" for change in row.changes):
            counts["conflict"] = counts.get("conflict", 0) + 1
        if any(change.action == "refused" for change in row.changes) and row.op != "refused":
            counts["refused"] = counts.get("refused", 0) + 1
        saved.append((plan_id, number, row.op, row.key, row.customer, encoded(row)))
    with ledger.transaction() as db:
        db.executemany("insert into plan_rows values (?, ?, ?, ?, ?, ?)", saved)
    return counts


def finish(ledger: Ledger, plan_id: int, held: list[str], counts: dict[str, int]) -> Plan:
    """Close a plan; an older one that was held is superseded by it."""
    with ledger.transaction() as db:
        db.execute(
            "update plans set status = 'superseded' "
            "where status in ('held', 'made') and plan_id < ? "
            "and object = (select object from plans where plan_id = ?)",
            (plan_id, plan_id),
        )
        db.execute(
            "update plans set status = ?, held = ?, counts = ? where plan_id = ?",
            ("held" if held else "made", encoded(held), encoded(counts), plan_id),
        )
        db.execute(  # values of people are not kept longer than they are needed
            "delete from plan_rows where plan_id in "
            "(select plan_id from plans where status in ('superseded', 'applied', 'refused'))"
        )
    return load(ledger, plan_id)


def load(ledger: Ledger, plan_id: int) -> Plan:
    """Return a saved plan.

    Raises:
        ActivationError: There is none with this number.
    """
    row = ledger.db.execute("select * from plans where plan_id = ?", (plan_id,)).fetchone()
    if row is None:
        raise ActivationError(
            f"{ledger.destination}: there is no plan {plan_id}; make one with --plan"
        )
    return Plan(
        row["plan_id"],
        row["object"],
        row["generation_id"],
        row["spec"],
        row["ledger_mark"],
        row["made_at"],
        row["status"],
        msgspec.json.decode(row["held"]),
        msgspec.json.decode(row["counts"]),
    )


def close(ledger: Ledger, plan_id: int, status: str) -> None:
    """Say what became of a plan."""
    ledger.db.execute("update plans set status = ? where plan_id = ?", (status, plan_id))


def rows(ledger: Ledger, plan_id: int, ops: tuple[str, ...] | None = None) -> Iterator[PlanRow]:
    """The rows of a plan, in the order of `SENT`, the others last."""
    wanted = ops or (*SENT, "settle", "refused", "withheld", "gone", "waits", "superseded")
    for op in wanted:
        at = -1
        while True:
            part = ledger.db.execute(
                "select row, body from plan_rows where plan_id = ? and op = ? and row > ? "
                "order by row limit 1000",
                (plan_id, op, at),
            ).fetchall()
            if not part:
                break
            at = part[-1]["row"]
            for one in part:
                yield _rows.decode(one["body"])


def without_writes(row: PlanRow, op: str, reason: str) -> PlanRow:
    """The same row, but nothing of it goes out."""
    return replace(row, op=op, reason=reason)
