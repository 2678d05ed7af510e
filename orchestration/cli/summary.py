"""The account of a run that a person reads."""

from pathlib import Path

import duckdb
from rich.table import Table

from orchestration.cli.console import answers, complain, people
from orchestration.running import Outcome
from orchestration.running.findings import Findings, find
from orchestration.site import Site

_HEADLINES = {
    "complete": "Published",
    "unchanged": "Nothing is new: no source brought anything since the last run",
    "partial": "Published in part: some sources failed, what they brought before is still in",
    "failed": "Nothing was published",
}


def show(site: Site, outcome: Outcome, options: str = "", ui: str = "tessera dev") -> None:
    """Prints records per source, customers, links, checks, what is where, and what to try.

    Args:
        site: The hub.
        outcome: How its run ended.
        options: What `tessera` needs to be told to find this hub.
        ui: The command that opens Dagster's UI on it.
    """
    for error in outcome.errors:
        complain(error)
    if outcome.status in ("complete", "partial") and site.decisions.is_file():
        for sentence in _about_nobody(site):
            people.print(sentence, markup=False, soft_wrap=True)
    answers.print(f"\n[bold]{_HEADLINES[outcome.status]}[/bold] ({outcome.seconds:.1f} s)")
    if outcome.generation is None:
        return
    findings = find(site.home.published)
    answers.print(_sources(findings, outcome))
    answers.print(
        f"[bold]{findings.customers:,}[/bold] customers, "
        f"[bold]{findings.spanning:,}[/bold] of them in several sources"
    )
    for kind, count in findings.links.items():
        answers.print(f"  {count:>8,} links by {kind}")
    answers.print(f"{outcome.checks} checks passed")
    published = short(site.home.published)
    answers.print(f"Generation {outcome.generation} is published at {published}", soft_wrap=True)
    pair = " ".join(findings.example or ("SOURCE:RECORD", "SOURCE:RECORD"))
    answers.print("\nTry next:")
    for command, use in (
        (f"tessera {options}why {pair}", "why two records are one customer"),
        (f"duckdb -readonly {published}", "any SQL, with any DuckDB client: marts.customers"),
        (ui, "the graph, runs and checks in Dagster's UI"),
    ):
        answers.print(f"  {command}", markup=False, highlight=False, soft_wrap=True)
        answers.print(f"    [dim]{use}[/dim]", soft_wrap=True)


def short(path: Path) -> Path:
    """A path from where the person is, where it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _sources(findings: Findings, outcome: Outcome) -> Table:
    table = Table("source", "contacts", "interactions", "transactions", "this run", box=None)
    for column in table.columns[1:4]:
        column.justify = "right"
    fresh = {load.source: load for load in outcome.loads}
    for source in sorted(findings.records.keys() | fresh.keys()):
        counts = findings.records.get(source, {})
        load = fresh.get(source)
        told = "not loaded" if load is None else load.status
        if load is not None and load.packages:
            told = f"{sum(load.rows.values()):,} records"
        if load is not None and load.error:
            told = "failed"
        kinds = ("contacts", "interactions", "transactions")
        table.add_row(source, *(f"{counts.get(kind, 0):,}" for kind in kinds), told)
    return table


def _about_nobody(site: Site, most: int = 5) -> list[str]:
    """Decisions that name a record which is not there: of a misspelt one nobody else tells."""
    import identity

    with duckdb.connect(str(site.home.published.resolve()), read_only=True) as hub:
        found = identity.strangers(hub, site.decisions)
    more = [f"and {len(found) - most} decisions more name nobody"] if len(found) > most else []
    return found[:most] + more
