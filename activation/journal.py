"""The ledger's side of delivery: intents before a batch goes out, and what outcomes mean."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from activation.diff import FieldChange
from activation.ledger import Acknowledged, Ledger
from activation.plan import PlanRow, encoded, now
from activation.spec import Sync
from connectors.target_base.said import scrubbed
from connectors.target_base.wire import Change, Op, Outcome, Status

LOG = (
    "insert into activation_log (run_id, generation_id, object, key, customer, op, remote_id, "
    "fields, before, row_hash, status, error, intended_at, settled_at) "
    "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class RunJournal:
    """Journal of one run.

    Attributes:
        counts: Rows by what became of them.
        again: Keys that a second pass of the same run should look at.
        undoing: Restored values count as somebody's decision: what the ledger says we wrote stays,
            so that the next run sees a conflict and keeps them; restored records are left alone.
    """

    def __init__(self, ledger: Ledger, sync: Sync, run_id: int, generation_id: str) -> None:
        self._ledger, self._sync = ledger, sync
        self.undoing = False
        self.run_id, self.generation_id = run_id, generation_id
        self._rows: dict[tuple[str, str], PlanRow] = {}
        self._logged: dict[tuple[str, str], int] = {}
        self._held: dict[str, Acknowledged] = {}
        self._accepted: list[tuple[Any, ...]] = []
        self._retired: list[PlanRow] = []
        self._sent_at: str | None = None
        self.counts: Counter[str] = Counter()
        self.again: set[str] = set()

    def expect(self, row: PlanRow) -> None:
        """Remember the plan's row behind a change that is about to be delivered."""
        self._rows[row.op, row.key] = row

    def resume(self, log_id: int, row: PlanRow) -> None:
        """Take up an intent of a run that did not live to see its outcome."""
        self._rows[row.op, row.key] = row
        self._logged[row.op, row.key] = log_id

    def expected(self, change: Change) -> PlanRow:
        """The plan's row behind a change."""
        return self._rows[change.op, change.key]

    def intend(self, changes: Sequence[Change]) -> None:
        """Log what is about to be sent; on disk when this returns."""
        self._sent_at = now()
        with self._ledger.transaction() as db:
            for change in changes:
                row = self._rows[change.op, change.key]
                body = (
                    row.before("write") | row.agreed if row.op == "delete" else row.before("write")
                )
                values = self._entry(
                    row, change.op, "intended", None, fields=dict(change.values), before=body
                )
                self._logged[change.op, change.key] = int(db.execute(LOG, values).lastrowid or 0)

    def note(self, row: PlanRow, status: str, why: str, action: str = "write") -> None:
        """Log a fate that no request decided (withheld, conflict, refused, gone)."""
        self.counts[status] += 1
        last = self._ledger.db.execute(
            "select status, row_hash, error from activation_log where object = ? and key = ? "
            "order by id desc limit 1",
            (self._sync.name, row.key),
        ).fetchone()
        if last and tuple(last) == (status, row.row_hash, why):
            return  # said before: a log that grows with every quiet run is read by nobody
        values = self._entry(
            row, row.op, status, why, fields=row.of(action), before=row.before(action)
        )
        self._ledger.db.execute(LOG, (*values[:-1], now()))

    def _entry(
        self, row: PlanRow, op: str, status: str, error: str | None, *,
        fields: dict[str, Any], before: dict[str, Any],
    ) -> tuple[Any, ...]:  # fmt: skip
        return (
            self.run_id, self.generation_id, self._sync.name, row.key, row.customer, str(op),
            row.remote_id, encoded(fields), encoded(before), row.row_hash, status, error,
            self._sent_at or now(), None,
        )  # fmt: skip

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Log what became of the rows and acknowledge what was written, in one transaction."""
        if not outcomes:
            return
        known = [o for o in outcomes if (o.change.op, o.change.key) in self._rows]
        fates = []
        with self._ledger.transaction() as db:
            rows = [self._rows.pop((o.change.op, o.change.key)) for o in known]
            self._held = self._before(rows)
            for row, outcome in zip(rows, known, strict=True):
                change = outcome.change
                log_id = self._logged.pop((change.op, change.key), None)
                words = scrubbed(outcome.error, change.values) or None
                fates.append(
                    (outcome.status, words, outcome.request_id, outcome.remote_id, now(), log_id)
                )
                self._acknowledge(row, outcome)
            self._write_accepted()
            db.executemany(
                "update activation_log set status = ?, error = ?, request_id = ?, "
                "remote_id = coalesce(?, remote_id), settled_at = ? where id = ?",
                fates,
            )

    def _before(self, rows: Sequence[PlanRow]) -> dict[str, Acknowledged]:
        """What the ledger holds of these rows and of those that they take over."""
        keys = {key for row in rows for key in (row.key, row.old_key) if key}
        return self._ledger.acknowledged(self._sync.name, keys)

    def settle_quietly(self, rows: Sequence[PlanRow]) -> None:
        """Acknowledge rows that need no request: both sides say the same."""
        self._held = self._before(rows)
        for row in rows:
            self.accept(row, row.remote_id, {}, row.stamp)
            self.counts["settled"] += 1
        self._write_accepted()

    def _write_accepted(self) -> None:
        accepted, self._accepted = self._accepted, []
        self._ledger.db.executemany(
            "insert or replace into acknowledged values (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
            accepted,
        )
        retired, self._retired = self._retired, []
        for row in retired:
            self.retire(row)

    def _acknowledge(self, row: PlanRow, outcome: Outcome) -> None:
        status, op = outcome.status, outcome.change.op
        self.counts[f"{op}d" if status is Status.DONE else str(status)] += 1
        if self.undoing:
            if status is Status.DONE and op is not Op.UPDATE:
                self._undone(row, outcome)
            return
        if status is Status.DONE and op in (Op.CREATE, Op.UPDATE):
            self.accept(row, outcome.remote_id, row.written(), outcome.stamp)
        elif status is Status.DONE and op is Op.DELETE:
            self._drop(row.key)
        elif status is Status.DONE and op is Op.MERGE:
            self._drop(row.key)
            self.again.add(row.customer)
            self._ledger.db.execute(  # the survivor got the other's values: all is looked at anew
                "update acknowledged set row_hash = null, fields = '{}', stamp = null "
                "where object = ? and remote_id = ?",
                (self._sync.name, outcome.change.into),
            )
        elif status is Status.EXISTS:
            self.accept(row, outcome.remote_id, {}, None, settled=False)
            self.again.add(row.key)
        elif status in (Status.MOVED, Status.GONE):
            self.again.add(row.key)

    def accept(
        self, row: PlanRow, remote_id: str | None, written: dict[str, Any], stamp: str | None,
        *, settled: bool = True,
    ) -> None:  # fmt: skip
        """Acknowledge a row: its record, what we wrote, and that its hash needs no more looking."""
        before = self._held.get(row.key) or self._held.get(str(row.old_key))
        fields = {**(before.fields if before else {}), **row.agreed, **written}
        fields = {name: value for name, value in fields.items() if name in self._sync.fields}
        refused = any(change.action == "refused" for change in row.changes)
        created = row.op == "create" or row.created or bool(before and before.created)
        if row.old_key:
            self._drop(row.old_key)
        theirs, sent, acked = _times(before, row, self._sent_at if written else None)
        self._accepted.append(
            (
                self._sync.name, row.key, row.customer, remote_id or row.remote_id,
                row.row_hash if settled and not refused else None, encoded(fields), int(created),
                stamp, sent, acked, theirs,
            )
        )  # fmt: skip

    def _undone(self, row: PlanRow, outcome: Outcome) -> None:
        if row.op == "create":
            self.accept(row, outcome.remote_id, row.written(), None)
        self._retired.append(row)

    def retire(self, row: PlanRow) -> None:
        """Leave a record alone from now on, also one that we knew from its source only."""
        self._ledger.db.execute(
            "insert into acknowledged "
            "(object, key, customer, remote_id, row_hash, fields, created, retired) "
            "values (?, ?, ?, ?, ?, '{}', 0, 1) on conflict (object, key) do update set "
            "retired = 1, row_hash = coalesce(excluded.row_hash, row_hash)",
            (self._sync.name, row.key, row.customer, row.remote_id, row.row_hash),
        )

    def _drop(self, key: str) -> None:
        self._ledger.db.execute(
            "delete from acknowledged where object = ? and key = ?", (self._sync.name, key)
        )


def _times(
    before: Acknowledged | None, row: PlanRow, sent_at: str | None
) -> tuple[str | None, str | None, str | None]:
    """When somebody else last changed the record; when our last write went out and arrived.

    What the CRM calls the last change may be our own last write: then the time before it holds.
    """
    theirs = row.modified
    if before and before.sent_at and before.acked_at and row.modified:
        edge = (before.sent_at[:19], before.acked_at[:19])
        if edge[0] <= row.modified[:19] <= edge[1]:
            theirs = before.theirs_at
    if before and theirs is None:
        theirs = before.theirs_at
    if sent_at:
        return theirs, sent_at, now()
    return theirs, before.sent_at if before else None, before.acked_at if before else None


def open_changes(ledger: Ledger, sync: Sync) -> list[tuple[int, PlanRow, Change]]:
    """What killed runs intended and nobody knows the fate of: (log id, row, change)."""
    found = []
    for entry in ledger.db.execute(
        "select * from activation_log where object = ? and status in ('intended', 'unknown') "
        "order by id",
        (sync.name,),
    ).fetchall():
        values = msgspec.json.decode(entry["fields"])
        before = msgspec.json.decode(entry["before"])
        changes = [
            FieldChange(name, "write", before.get(name), value, "recovered")
            for name, value in values.items()
        ]
        row = PlanRow(
            entry["op"], entry["key"], entry["customer"], remote_id=entry["remote_id"],
            changes=changes,
        )  # fmt: skip
        found.append(
            (int(entry["id"]), row, Change(Op(entry["op"]), row.key, values, row.remote_id))
        )
    return found
