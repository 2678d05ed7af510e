"""One run: load all sources at once, and if anything is new reconcile, check and publish it.

What takes long to start is started early: dbt parses its project while sources are being loaded,
the gate imports while the last models are built. When nothing is new, none of it is needed, and
Dagster is not even imported.
"""

import time
from dataclasses import dataclass, replace

from orchestration.loading import Loaded, Loads
from orchestration.locks import lock
from orchestration.processes.gatekeeper import Gatekeeper
from orchestration.reporting import Reporter
from orchestration.running.outcome import Outcome, Status
from orchestration.site import Site
from orchestration.warehouse.dbt import Dbt
from orchestration.warehouse.plan import identity_settings, make_plan
from serving.generations import current


@dataclass(frozen=True)
class RunOptions:
    """What a person may ask of a run.

    Attributes:
        rebuild: Build the warehouse anew from the landing zone, also when nothing is new.
        accept_drift: Publish although volume or distribution moved further than the gate allows.
        wait: Wait for another run of this hub; otherwise refuse.
    """

    rebuild: bool = False
    accept_drift: bool = False
    wait: bool = True


class Early:
    """Processes that take long to start, started at most once, ended together."""

    def __init__(self, site: Site) -> None:
        """Starts nothing yet."""
        self._site = site
        self._dbt: Dbt | None = None
        self._keeper: Gatekeeper | None = None

    def dbt(self) -> Dbt:
        """The dbt process."""
        self._dbt = self._dbt or Dbt(self._site)
        return self._dbt

    def keeper(self) -> Gatekeeper:
        """The gate's process."""
        self._keeper = self._keeper or Gatekeeper()
        return self._keeper

    def close(self) -> None:
        """Ends what was started."""
        for process in (self._dbt, self._keeper):
            if process is not None:
                process.close()


def run(site: Site, report: Reporter, options: RunOptions = RunOptions()) -> Outcome:
    """Runs the hub once.

    Raises:
        HeldError: Another run is under way and `options.wait` is false.
    """
    site.home.make()
    held = site.home.root / "run.lock"
    with lock(held, "a run of this hub", wait=options.wait, waiting=report.done):
        began = time.monotonic()
        early = Early(site)
        try:
            outcome = _run(site, report, options, early)
        finally:
            early.close()
        return replace(outcome, seconds=time.monotonic() - began)


def _run(site: Site, report: Reporter, options: RunOptions, early: Early) -> Outcome:
    known = current(site.home.root)
    report.step("load")
    loads = Loads(site, lambda source, text: report.line(f"{source}: {text}"))
    loads.start(site.enabled)
    if known is None or options.rebuild:
        # There will be something to do for certain; else it is not worth the seconds of CPU.
        early.dbt()
    loaded = loads.results()
    for load in loaded:
        report.done(_told(load))
    plan = make_plan(site, known)
    errors = [load.error for load in loaded if load.error]
    errors += [text for texts in plan.held.values() for text in texts]
    if known is None and not any(plan.packages.values()):
        why = [] if errors else [f"{site.file} names no source that brought anything; add one"]
        return Outcome("failed", loaded, errors + why)
    # A warehouse that somebody deleted is made anew: questions between runs are asked of it.
    gone = not site.home.warehouse.exists()
    new = known is None or known["fingerprint"] != plan.fingerprint or options.rebuild or gone
    wrong = _unusable(site) if new else None
    refused = [wrong] if wrong else []
    if new and not wrong:
        early.dbt()
    if (new or errors) and not wrong:
        refused = _in_dagster(site, report, options, early, loads)
        known = current(site.home.root)
    status: Status = "complete" if new else "unchanged"
    return Outcome(
        "failed" if refused else "partial" if errors else status,
        loaded,
        [*errors, *refused],
        known["generation_id"] if known else None,
        int(known["checks"]) if known else 0,
    )


def _unusable(site: Site) -> str | None:
    """What is wrong with the files by which people say who is who, told before dbt starts."""
    import identity

    try:
        identity.check(identity_settings(site))
    except identity.IdentityError as error:
        return str(error)
    return None


def _in_dagster(
    site: Site, report: Reporter, options: RunOptions, early: Early, loads: Loads
) -> list[str]:
    # Dagster takes seconds to import: not for a run that finds nothing new.
    from orchestration.running.job import run_job

    return run_job(site, report, options, early, loads)


def _told(load: Loaded) -> str:
    if load.error:
        return f"✗ {load.error}"
    if not load.packages:
        return f"✓ {load.source}: nothing new ({load.seconds:.1f} s)"
    records = sum(load.rows.values())
    aside = f", {load.quarantined:,} set aside" if load.quarantined else ""
    return f"✓ {load.source}: {records:,} records{aside} ({load.seconds:.1f} s)"
