"""`tessera sources`."""

import json
import os
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

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
    """Say in one screen whether a source can be read and what is there, keeping nothing."""
    site = settings.site()
    if name not in site.hub.sources:
        known = ", ".join(site.hub.sources) or "none"
        raise UserError(f"{site.file} has no source {name}; it has: {known}")
    with Progress() as progress:
        progress.step(f"Asking {name}")
        tried = attempt(name, site, os.environ)
    if settings.json:
        answer({"source": name, "error": tried.error, "streams": tried.streams} | tried.report)
    elif tried.report:
        _screen(name, tried.report)
    elif tried.error:
        raise UserError(tried.error)
    else:
        streams = json.dumps(tried.streams) if tried.streams else "no stream has a record"
        answers.print(f"{name} answers: {streams}", markup=False)
    raise typer.Exit(1 if tried.error else 0)


def _screen(name: str, report: Mapping[str, Any]) -> None:
    """Show a tap's report."""
    answers.print(f"{name} ({report['tap']}) {report['base_url']}".rstrip(), markup=False)
    missing, left, limit = (report[key] for key in ("scopes_missing", "quota_left", "quota_limit"))
    untold = "the source does not tell"
    scopes = untold if missing is None else ", ".join(missing) or "none"
    quota = untold if left is None else f"{left:,.0f}" + (f" of {limit:,.0f}" if limit else "")
    facts = {
        "reachable": "yes" if report["reachable"] else "no",
        "authorised": "yes" if report["authorised"] else "no",
        "scopes missing": scopes,
        "quota left": quota,
        "newest item": report["newest"] or "not known yet",
    }
    table = Table(box=None, show_header=False, pad_edge=False)
    for fact, value in facts.items():
        table.add_row(fact, Text(value, "red" if value == "no" else ""))
    answers.print(table)
    streams = Table("stream", "rows to expect", "newest item", box=None, pad_edge=False)
    for stream in report["streams"]:
        streams.add_row(stream["name"], _rows(stream), stream["newest"] or "")
    if report["streams"]:
        answers.print(streams)
    errors = [report["error"], *(stream["error"] for stream in report["streams"])]
    for error in dict.fromkeys(error for error in errors if error):
        answers.print(error, style="red", markup=False, soft_wrap=True)
    for warning in report["warnings"]:
        answers.print(warning, style="yellow", markup=False, soft_wrap=True)


def _rows(stream: Mapping[str, Any]) -> str:
    if stream["error"]:
        return "cannot be read"
    if stream["rows"] is None:
        return "with others"
    return f"{stream['rows']:,}" + (" and more" if stream["at_least"] else "")
