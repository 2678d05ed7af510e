"""`tessera run`."""

from typing import Annotated

import typer

from orchestration.cli.console import Progress, answer, settings
from orchestration.cli.summary import show
from orchestration.running import RunOptions
from orchestration.running import run as run_hub


def run(
    rebuild: Annotated[
        bool, typer.Option(help="Build the warehouse anew from the landing zone.")
    ] = False,
    accept_drift: Annotated[
        bool, typer.Option(help="Publish although volume or distribution moved a lot.")
    ] = False,
    wait: Annotated[bool, typer.Option(help="Wait for a run that is under way.")] = True,
) -> None:
    """Load, reconcile, check, publish. Ends with 0 when all is published, 2 in part, 1 nothing."""
    site = settings.site()
    with Progress() as progress:
        outcome = run_hub(site, progress, RunOptions(rebuild, accept_drift, wait))
    if settings.json:
        answer(outcome.as_json())
    else:
        show(site, outcome)
    raise typer.Exit(outcome.exit_code)
