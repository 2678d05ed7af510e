"""`tessera route`, `tessera practices`, `tessera segments`, `tessera boards`."""

from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from orchestration.cli.console import UserError, answer, answers, settings
from orchestration.hub_config import UnsetVariableError
from orchestration.notices import notify
from orchestration.site import Site
from social.boards import build
from social.declared import read_routing
from social.declared.models import seconds
from social.reading import practice_board, rule_troubles, segment_sizes
from social.routing import Change, Explanation, NothingKnownError, explain, replay


def route(
    explain_: Annotated[
        str | None, typer.Option("--explain", metavar="INTERACTION", help="SOURCE:ID of a message.")
    ] = None,
    replay_: Annotated[
        Path | None, typer.Option("--replay", metavar="NEW.yaml", help="Changed rules to try.")
    ] = None,
    since: Annotated[str, typer.Option(help="How far back to replay, like 30d.")] = "30d",
    tell: Annotated[
        bool, typer.Option("--notify", help="Send the notices that are due, each once.")
    ] = False,
) -> None:
    """Say which rule took a message and why, or what changed rules would have done."""
    site = settings.site()
    snapshot = site.home.published
    try:
        if tell:
            _notify(site)
        elif explain_:
            _tell(explain(snapshot, explain_, site.declared.routing))
        elif replay_:
            _changes(replay(snapshot, read_routing(replay_), _span(since)))
        else:
            columns = ("rule", "health", "matched_90d", "candidates_90d")
            _print(rule_troubles(snapshot), columns, "Every rule is fine.")
    except NothingKnownError as error:
        raise UserError(str(error)) from None


def _notify(site: Site) -> None:
    channels = site.declared.settings.notices
    if not (channels.webhook or channels.email):
        fix = "declare social: {notices: {webhook: …}} in hub.yaml"
        raise UserError(f"no channel leads anywhere yet: {fix}.")
    try:
        told = notify(site)
    except UnsetVariableError as error:
        raise UserError(str(error)) from None
    if told.failures:
        raise UserError("; ".join(told.failures))
    if settings.json:
        answer({"sent": told.sent})
    else:
        answers.print(f"{told.sent} notices sent.")


def _changes(found: list[Change]) -> None:
    if settings.json:
        answer([asdict(change) for change in found])
        return
    moved = [change for change in found if change.before != change.after]
    table = Table("from", "to", "messages", "such as", box=None, pad_edge=False)
    for change in moved:
        examples = ", ".join(change.examples)
        names = (change.before or "no rule", change.after or "no rule")
        table.add_row(*names, str(change.messages), examples)
    if moved:
        answers.print(table)
    count, all_ = (sum(change.messages for change in some) for some in (moved, found))
    answers.print(f"{count} of {all_} messages would go elsewhere.")


def practices() -> None:
    """Print the board: what is being tried, what works, what does not, what is unclear."""
    try:
        found = practice_board(settings.site().home.published)
    except NothingKnownError as error:
        raise UserError(str(error)) from None
    if settings.json:
        answer(found)
        return
    if not found:
        answers.print("No practice is declared.")
    for verdict, group in groupby(found, key=lambda row: str(row["verdict"])):
        answers.print(verdict, style="bold")
        for row in group:
            answers.print(f"  {_practice(row)}", markup=False, soft_wrap=True)


def _practice(row: dict[str, Any]) -> str:
    people = f"{row['treated']} treated, {row['holdout']} held out"
    if row["contaminated"]:
        people += f", {row['contaminated']} left out"
    if row["lift"] is None:
        return f"{row['practice']}: {row['reason']} ({people})"
    span = f"{row['lift']:+.3g} per customer, {row['lift_low']:.3g} to {row['lift_high']:.3g}"
    money = f"cost {row['cost']:,.0f}, earned {row['earned']:,.0f}"
    return f"{row['practice']}: {span} ({people}; {money}); {row['reason']}"


def segments() -> None:
    """Print the segments: sizes, who came and went, overlaps."""
    columns = "segment customers entered_30d left_30d overlaps_most overlap"
    _board(segment_sizes, columns.split(), "No segment is declared.")


def boards(
    out: Annotated[Path, typer.Option(help="Folder to write the pages to.")] = Path("boards"),
) -> None:
    """Write the four boards as pages that need no server."""
    try:
        pages = build(settings.site().home.published, out)
    except NothingKnownError as error:
        raise UserError(str(error)) from None
    if settings.json:
        answer([str(page) for page in pages])
    for page in pages:
        answers.print(str(page), markup=False, soft_wrap=True)


def _board(question: Any, columns: list[str], nothing: str) -> None:
    try:
        _print(question(settings.site().home.published), columns, nothing)
    except NothingKnownError as error:
        raise UserError(str(error)) from None


def _print(found: list[dict[str, Any]], columns: Any, nothing: str = "Nothing.") -> None:
    if settings.json:
        answer(found)
    elif not found:
        answers.print(nothing)
    else:
        table = Table(*columns, box=None, pad_edge=False)
        for row in found:
            table.add_row(*(_cell(row[column]) for column in columns))
        answers.print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _tell(found: Explanation) -> None:
    if settings.json:
        answer(asdict(found))
        return
    for asked in found.rules:
        state = (
            "fired"
            if asked.fired
            else "would fit, but an earlier rule fired"
            if asked.held
            else "no"
        )
        answers.print(f"{asked.rule}: {state}", markup=False)
        for part in asked.parts:
            values = ", ".join(f"{name} is {value}" for name, value in part.values.items())
            mark = "yes" if part.held else "no "
            answers.print(f"  {mark} {part.condition}  ({values})", markup=False, soft_wrap=True)
    if found.logged:
        shown = {name: _cell(value) for name, value in found.logged.items() if value is not None}
        answers.print("log: " + ", ".join(f"{k} {v}" for k, v in shown.items()), soft_wrap=True)


def _span(text: str) -> int:
    try:
        return seconds(text)
    except ValueError as error:
        raise UserError(f"--since {text}: {error}") from None
