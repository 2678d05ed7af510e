"""`tessera verify`."""

from typing import Annotated

import typer

from connectors.target_landing import ledger
from orchestration.cli.console import Progress, answer, answers, settings


def verify(
    source: Annotated[str | None, typer.Argument(help="One source; else all.")] = None,
) -> None:
    """Check every landed file against its checksum; ends with 1 when something is damaged."""
    site = settings.site()
    with Progress() as progress:
        progress.step("Verifying the landing zone")
        found = ledger.verify(site.home.landing, source)
    if settings.json:
        answer({"packages": found.packages, "files": found.files, "faults": found.faults})
    else:
        for fault in found.faults:
            answers.print(str(fault), style="red", markup=False, soft_wrap=True)
        answers.print(f"{found.packages} packages, {len(found.faults)} faults")
    raise typer.Exit(1 if found.faults else 0)
