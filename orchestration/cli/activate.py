"""`tessera activate`."""

import sys
from typing import Annotated, Any

import typer

from activation import engine, reading
from activation.ledger import ActivationError
from orchestration.activation import metadata, sync_of, tell
from orchestration.cli.console import UserError, answer, answers, complain, settings
from orchestration.site import Site


def activate(  # noqa: PLR0917
    destination: Annotated[str, typer.Argument(help="A destination of hub.yaml.")],
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be done; do not.")] = False,
    apply: Annotated[int | None, typer.Option(help="Do exactly this plan.")] = None,
    release: Annotated[bool, typer.Option("--release", help="Let a held plan go.")] = False,
    undo: Annotated[int | None, typer.Option(help="Take this run back.")] = None,
    status: Annotated[bool, typer.Option("--status", help="Runs, failures, what is held.")] = False,
    object_: Annotated[str | None, typer.Option("--object", help="One object; else all.")] = None,
    export: Annotated[bool, typer.Option("--export", help="With --plan: CSV on stdout.")] = False,
) -> None:
    """Write customers to a CRM: changed fields only, under contract, with a way back."""
    site = settings.site()
    if destination not in site.hub.destinations:
        known = ", ".join(site.hub.destinations) or "none"
        raise UserError(f"{destination} is not a destination of {site.file}; it has {known}")
    if status:
        _status(site, destination)
        return
    objects = [object_] if object_ else list(site.hub.destinations[destination].objects)
    failed = False
    try:
        for name in _concerned(site, destination, objects, apply, undo):
            report = _run(
                site, destination, name, plan=plan, apply=apply, release=release, undo=undo
            )
            if report is None:
                continue
            failed |= report.status in ("held", "failed") or bool(report.failed)
            _tell(site, report, export=export and plan)
    except ActivationError as error:
        raise UserError(str(error)) from None
    raise typer.Exit(1 if failed else 0)


def _concerned(
    site: Site, destination: str, objects: list[str], apply: int | None, undo: int | None
) -> list[str]:
    """The object that a plan or a run belongs to; else all that were named."""
    if apply is None and undo is None:
        return objects
    found = engine.object_of(site.home.root, destination, plan_id=apply, run_id=undo)
    return [found] if found in objects else objects[:1]


def _run(
    site: Site, destination: str, name: str, *, plan: bool, apply: int | None, release: bool,
    undo: int | None,
) -> engine.Report | None:  # fmt: skip
    home, sync = site.home.root, sync_of(site, destination, name)
    if plan:
        return engine.plan(home, sync)
    if undo is not None:
        return engine.undo(home, sync, undo)
    if apply is not None:
        return engine.apply(home, sync, apply, release=release)
    if release:
        held = engine.held_plan(home, sync)
        return engine.apply(home, sync, held, release=True) if held is not None else None
    report = engine.activate(home, sync)
    for line in tell(site, report):
        complain(line)
    return report


def _tell(site: Site, report: engine.Report, *, export: bool) -> None:
    number = report.plan.plan_id if report.plan else None
    if export and number is not None:
        reading.export(site.home.root, report.destination, number, sys.stdout)
        return
    about: dict[str, Any] = metadata(report) | {"plan": number, "counts": report.counts}
    if settings.json:
        answer({"destination": report.destination, "object": report.object} | about)
        return
    name = f"{report.destination}/{report.object}"
    counts = ", ".join(f"{count} {what}" for what, count in report.counts.items() if count)
    answers.print(
        f"{name}: {report.status}: {counts or 'nothing to do'}; {report.requests} requests"
    )
    for reason in report.held:
        answers.print(f"  held: {reason}", style="yellow", markup=False)
    if report.message:
        complain(report.message)
    if number is not None and report.status in ("planned", "held"):
        _samples(site, report, number)
        how = "--release" if report.status == "held" else f"--apply {number}"
        answers.print(f"  plan {number}: tessera activate {report.destination} {how}")


def _samples(site: Site, report: engine.Report, number: int) -> None:
    for row in reading.samples(site.home.root, report.destination, number):
        answers.print(f"  {row.op} {row.key}: {row.reason}", markup=False, soft_wrap=True)
        for change in row.changes[:6]:
            mark = {"write": " ", "conflict": "!", "refused": "x"}[change.action]
            text = f"   {mark} {change.name}: {change.before!r} -> {change.after!r} ({change.why})"
            answers.print(text, markup=False, soft_wrap=True)


def _status(site: Site, destination: str) -> None:
    found = reading.state(site.home.root, destination)
    if settings.json:
        answer(found.__dict__)
        return
    for run in found.runs:
        counts = ", ".join(f"{n} {what}" for what, n in run["counts"].items() if n)
        line = f"run {run['run_id']} {run['object']} {run['kind']} {run['started_at'][:19]}"
        answers.print(f"{line}: {run['status']}: {counts}", markup=False, soft_wrap=True)
    for failing in found.failing:
        line = f"failing: {failing['rows']} of {failing['object']}: {failing['error']}"
        answers.print(line, style="red", markup=False, soft_wrap=True)
    if found.conflicts:
        answers.print(f"conflicts kept: {found.conflicts}", style="yellow")
    for held in found.held:
        why = "; ".join(held["held"])
        answers.print(f"held: plan {held['plan_id']}: {why}", style="yellow", markup=False)
