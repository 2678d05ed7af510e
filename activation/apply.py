"""Carry out a plan: consent at the last moment, intents first, every row's fate kept."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from activation.consent import Standing
from activation.crm import Crm
from activation.journal import RunJournal, open_changes
from activation.ledger import ActivationError, Ledger
from activation.plan import SENT, Plan, PlanRow, rows
from activation.spec import Sync
from connectors.target_base.delivery import Delivery, Manners
from connectors.target_base.wire import Change, Op, Outcome, Status


class Applier:
    """Carries out plans of one sync within one run."""

    def __init__(
        self, sync: Sync, ledger: Ledger, crm: Crm, *, standing: Standing, journal: RunJournal,
        manners: Manners | None = None,
    ) -> None:  # fmt: skip
        self._sync, self._ledger, self._crm = sync, ledger, crm
        self._standing, self._journal, self._manners = standing, journal, manners

    def delivery(self) -> Delivery:
        """Delivery with this run's journal and gate."""
        rules = self._crm.rules
        kinds = {name: rules.kind(name) for name in self._sync.fields}
        return Delivery(
            self._crm.wire,
            kinds,
            self._journal,
            gate=self._gate,
            manners=self._manners,
            region=self._sync.region,
        )

    def recover(self) -> int:
        """Find out what became of intents that a killed run left open; returns how many."""
        open_ = open_changes(self._ledger, self._sync)
        if not open_:
            return 0
        delivery = self.delivery()
        for op in Op:
            mine = [(log_id, row, change) for log_id, row, change in open_ if change.op is op]
            if not mine:
                continue
            for log_id, row, _ in mine:
                self._journal.resume(log_id, row)
            arrived, absent = delivery.arrived([change for _, _, change in mine])
            self._journal.settle(arrived)
            self._journal.settle([Outcome(c, Status.RETRY, error="never arrived") for c in absent])
        with self._ledger.transaction() as db:  # looked at anew: the plan knows what agreed
            db.executemany(
                "update acknowledged set row_hash = null where object = ? and key = ?",
                [(self._sync.name, row.key) for _, row, _ in open_],
            )
        self._journal.counts.clear()
        self._journal.again.clear()
        return len(open_)

    def apply(self, plan: Plan) -> None:
        """Send what the plan says, in its order, then settle what needs no request."""
        self._settle_quiet(plan)
        sent = (self._change(row) for row in rows(self._ledger, plan.plan_id, SENT))
        if any(plan.counts.get(op) for op in SENT):
            for outcome in self.delivery().deliver(sent):
                if outcome.status is Status.REJECTED:
                    self._crm.forget_description()

    def _change(self, row: PlanRow) -> Change:
        values = row.of("write")
        self._journal.expect(row)
        key_field = self._crm.wire.key_field
        if row.op == "update" and row.old_key and row.created and key_field:
            values[key_field] = row.key  # the record we created follows the customer's new id
        return Change(Op(row.op), row.key, values, row.remote_id, row.stamp, row.into)

    def _gate(self, changes: Sequence[Change]) -> Sequence[Change]:
        """Hold back what consent does not cover now; deletes of our own records may go."""
        if changes[0].op in (Op.DELETE, Op.MERGE):
            return changes
        expected = {change.key: self._journal.expected(change) for change in changes}
        withheld = self._standing.withheld([row.customer for row in expected.values()])
        stopped = [row for row in expected.values() if row.customer in withheld]
        if stopped:
            with self._ledger.transaction():
                for row in stopped:
                    self._journal.note(row, "withheld", withheld[row.customer])
        return [c for c in changes if expected[c.key].customer not in withheld]

    def _settle_quiet(self, plan: Plan) -> None:
        """Settle rows that need no request, and note kept and refused fields of all rows."""
        for part in _parts(rows(self._ledger, plan.plan_id), 1000):
            with self._ledger.transaction():
                for row in part:
                    self._quiet(row)
                settled = [row for row in part if row.op == "settle" and row.remote_id]
                self._journal.settle_quietly(settled)

    def _quiet(self, row: PlanRow) -> None:
        for action, status in (("conflict", "conflict"), ("refused", "refused")):
            if row.of(action):
                why = "; ".join(sorted({c.why for c in row.changes if c.action == action}))
                self._journal.note(row, status, why, action)
        if row.op in ("gone", "superseded"):
            self._journal.note(row, row.op, row.reason)
            self._journal.retire(row)
        elif row.op in ("withheld", "waits"):
            self._journal.note(row, row.op, row.reason)

    def unmoved(self, plan: Plan) -> None:
        """Check that the CRM still says what the plan was made on.

        Raises:
            ActivationError: A record moved; says how many.
        """
        moved = 0
        for part in _parts(rows(self._ledger, plan.plan_id, SENT), 1000):
            there = self._crm.by_id([row.remote_id for row in part if row.remote_id])
            keys = self._crm.by_key([row.key for row in part if row.op == "create"])
            moved += len(keys) + sum(
                self._differs(row, there) for row in part if row.op != "create"
            )
        if moved:
            raise ActivationError(
                f"{self._sync.destination}: {self._sync.name}: {moved} records changed in the CRM "
                f"since plan {plan.plan_id} was made; make a new plan"
            )

    def _differs(self, row: PlanRow, there: dict) -> bool:  # type: ignore[type-arg]
        record = there.get(str(row.remote_id))
        if record is None:
            return True
        rules = self._crm.rules
        before = row.agreed if row.op == "delete" else row.before("write")
        return any(
            rules.spelled(name, value) != rules.spelled(name, record.values.get(name))
            for name, value in before.items()
        )


def _parts(items: Iterable[PlanRow], size: int) -> Iterator[list[PlanRow]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
