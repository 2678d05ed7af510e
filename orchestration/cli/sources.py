"""`tessera sources`."""

import json
import os
from typing import Annotated

import typer

from orchestration.cli.console import Progress, UserError, answer, answers, settings
from orchestration.loading.attempt import attempt

app = typer.Typer(
    help="Sources of the hub.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def _group() -> None:
    """Sources of the hub."""


@app.command("test")
def test(name: Annotated[str, typer.Argument(help="Name of the source in hub.yaml.")]) -> None:
    """Ask a source for a first record, keeping nothing."""
    site = settings.site()
    if name not in site.hub.sources:
        known = ", ".join(site.hub.sources) or "none"
        raise UserError(f"{site.file} has no source {name}; it has: {known}")
    with Progress() as progress:
        progress.step(f"Asking {name}")
        tried = attempt(name, site, os.environ)
    if settings.json:
        answer({"source": name, "error": tried.error, "streams": tried.streams})
    elif tried.error:
        raise UserError(tried.error)
    else:
        streams = json.dumps(tried.streams) if tried.streams else "no stream has a record"
        answers.print(f"{name} answers: {streams}", markup=False)
    raise typer.Exit(1 if tried.error else 0)
