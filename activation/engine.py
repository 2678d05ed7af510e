"""The engine's public functions: plan, apply, activate, release, undo. One run at a time each.

Every run opens with the same three steps: hold the destination's lock, find out what a killed run
left open, look at the newest published generation.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from activation import plan as plans
from activation.apply import Applier
from activation.consent import Standing
from activation.crm import Crm
from activation.echo import write_marks
from activation.journal import RunJournal
from activation.ledger import ActivationError, Ledger
from activation.log_files import write_log
from activation.plan import Plan, encoded, now
from activation.planner import Planner
from activation.snapshot import Snapshot
from activation.spec import Sync
from activation.undo import plan_undo
from connectors.target_base.delivery import Manners
from connectors.target_base.wire import Wire, WireError

_FAILED = ("rejected", "unknown", "refused")


@dataclass(frozen=True)
class Report:
    """What a run did.

    Attributes:
        status: `done`, `held` (a brake), `failed` (stopped midway) or `planned`.
        counts: Rows: created, updated, deleted, merged, settled, unchanged, conflict, rejected,
            refused, withheld, gone, unknown.
        requests: Requests that went out, sign-in and retries included.
        held: Why it stopped and asks.
    """

    run_id: int
    destination: str
    object: str
    status: str
    generation_id: str
    plan: Plan | None = None
    counts: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    quota_left: int | None = None
    held: list[str] = field(default_factory=list)
    message: str = ""

    @property
    def failed(self) -> int:
        """Rows that did not get where they should."""
        return sum(self.counts.get(name, 0) for name in _FAILED)


class _Session:
    """One run of one sync: everything that is open during it."""

    def __init__(
        self, home: Path, sync: Sync, ledger: Ledger, kind: str, *, wire: Wire | None,
        manners: Manners | None,
    ) -> None:  # fmt: skip
        self.sync, self.ledger, self.home = sync, ledger, home
        self.snapshot = Snapshot(home)
        self.crm = Crm(sync, ledger, wire)
        self.standing = Standing(home, sync.consent)
        generation = self.snapshot.generation_id
        run = ledger.db.execute(
            "insert into runs (object, kind, generation_id, started_at, status) "
            "values (?, ?, ?, ?, 'running')",
            (sync.name, kind, generation, now()),
        )
        self.run_id = int(run.lastrowid or 0)
        self.journal = RunJournal(ledger, sync, self.run_id, generation)
        self.applier = Applier(
            sync, ledger, self.crm,
            standing=self.standing, journal=self.journal, manners=manners,
        )  # fmt: skip

    def close(self) -> None:
        self.snapshot.close()
        self.crm.close()
        self.standing.close()

    def planner(self) -> Planner:
        return Planner(self.sync, self.ledger, self.snapshot, self.crm, self.standing)

    def report(self, status: str, plan: Plan | None, message: str = "") -> Report:
        counts = dict(self.journal.counts)
        if plan and status in ("planned", "held"):
            counts = dict(plan.counts)
        elif plan:
            touched = sum(plan.counts.get(op, 0) for op in (*plans.SENT, "refused", "withheld"))
            counts["unchanged"] = max(0, plan.counts.get("rows", 0) - touched)
        report = Report(
            self.run_id, self.sync.destination, self.sync.name, status, self.snapshot.generation_id,
            plan, counts, self.crm.requests, self.crm.quota_left, plan.held if plan else [],
            message,
        )  # fmt: skip
        self.ledger.db.execute(
            "update runs set ended_at = ?, status = ?, counts = ?, plan_id = ?, message = ? "
            "where run_id = ?",
            (now(), status, encoded(counts | {"requests": self.crm.requests}),
             plan.plan_id if plan else None, message, self.run_id),
        )  # fmt: skip
        return report

    def apply(self, plan: Plan) -> Report:
        """Apply, then once more for rows that moved under our hands."""
        try:
            self.applier.apply(plan)
            if self.journal.again and self.sync.mode != "insert":
                keys, self.journal.again = self.journal.again, set()
                self.applier.apply(self.planner().make(only=keys))
        except WireError as error:
            plans.close(self.ledger, plan.plan_id, "broken off")
            return self.report("failed", plan, str(error))
        plans.close(self.ledger, plan.plan_id, "applied")
        self.ledger.remember(f"spec:{self.sync.name}", self.sync.digest)
        return self.report("done", plan)


@contextmanager
def _session(
    home: Path, sync: Sync, kind: str, wire: Wire | None, manners: Manners | None
) -> Iterator[_Session]:
    ledger = Ledger(home, sync.destination)
    try:
        with ledger.locked():
            ledger.db.execute(
                "update runs set status = 'died', ended_at = ? where status = 'running'", (now(),)
            )
            session = _Session(home, sync, ledger, kind, wire=wire, manners=manners)
            try:
                session.applier.recover()
                yield session
            except WireError as error:
                session.report("failed", None, str(error))
                raise ActivationError(f"{sync.destination}: {sync.name}: {error}") from error
            finally:
                session.close()
                write_marks(home, ledger, sync)
                write_log(ledger, session.run_id)
    finally:
        ledger.close()


def plan(home: Path, sync: Sync, wire: Wire | None = None) -> Report:
    """Make and save a plan; nothing is written to the CRM."""
    with _session(home, sync, "plan", wire, None) as session:
        made = session.planner().make()
        return session.report("held" if made.held else "planned", made)


def activate(
    home: Path, sync: Sync, wire: Wire | None = None, manners: Manners | None = None
) -> Report:
    """Plan and apply in one go, unless a brake holds: what schedules do."""
    with _session(home, sync, "activate", wire, manners) as session:
        made = session.planner().make()
        if made.held:
            return session.report("held", made)
        return session.apply(made)


def apply(
    home: Path, sync: Sync, plan_id: int, *, release: bool = False, wire: Wire | None = None,
    manners: Manners | None = None,
) -> Report:  # fmt: skip
    """Do exactly what a saved plan says, or refuse because the world moved.

    Args:
        home: TESSERA_HOME.
        sync: The sync the plan was made for.
        plan_id: The plan.
        release: A person has looked at a plan that a brake held, and lets it go.
        wire: For tests.
        manners: For tests.

    Raises:
        ActivationError: The plan is held, old, of other rules, or the CRM changed since.
    """
    with _session(home, sync, "release" if release else "apply", wire, manners) as session:
        try:
            wanted = plans.load(session.ledger, plan_id)
            _same_world(session, wanted, release)
            session.applier.unmoved(wanted)
        except ActivationError as error:
            session.report("refused", None, str(error))
            raise
        return replace(session.apply(wanted), held=[])


def _same_world(session: _Session, wanted: Plan, release: bool) -> None:
    name = f"{session.sync.destination}: plan {wanted.plan_id}"
    checks: list[tuple[Callable[[], bool], str]] = [
        (lambda: wanted.object == session.sync.name, f"is for {wanted.object}"),
        (lambda: wanted.status in ("made", "held"), f"was {wanted.status} already"),
        (
            lambda: wanted.status != "held" or release,
            f"is held: {'; '.join(wanted.held)}; look at it, then use --release",
        ),
        (
            lambda: wanted.spec == session.sync.digest,
            "was made under other rules (hub.yaml changed)",
        ),
        (
            lambda: wanted.generation_id == session.snapshot.generation_id,
            f"was made of generation {wanted.generation_id}, a newer one is published",
        ),
        (lambda: wanted.ledger_mark == session.ledger.mark(), "is older than the last activation"),
    ]
    for holds, why in checks:
        if not holds():
            fix = "" if wanted.status == "held" and not release else "; make a new plan with --plan"
            raise ActivationError(f"{name} {why}{fix}")


def undo(
    home: Path, sync: Sync, run_id: int, wire: Wire | None = None, manners: Manners | None = None
) -> Report:
    """Restore what a run changed and what is still ours; a person's later edit stays."""
    with _session(home, sync, "undo", wire, manners) as session:
        session.journal.undoing = True
        made = plan_undo(session.ledger, sync, session.crm, run_id, session.snapshot.generation_id)
        return session.apply(made)


def held_plan(home: Path, sync: Sync) -> int | None:
    """The number of the plan that a brake holds, if one does."""
    ledger = Ledger(home, sync.destination)
    try:
        row = ledger.db.execute(
            "select max(plan_id) from plans where object = ? and status = 'held'", (sync.name,)
        ).fetchone()
        return int(row[0]) if row and row[0] is not None else None
    finally:
        ledger.close()


def object_of(
    home: Path, destination: str, *, plan_id: int | None = None, run_id: int | None = None
) -> str | None:
    """Which object a plan or a run belongs to."""
    ledger = Ledger(home, destination)
    try:
        table, column, number = (
            ("plans", "plan_id", plan_id) if plan_id is not None else ("runs", "run_id", run_id)
        )
        row = ledger.db.execute(
            f"select object from {table} where {column} = ?", (number,)
        ).fetchone()
        return str(row[0]) if row else None
    finally:
        ledger.close()
