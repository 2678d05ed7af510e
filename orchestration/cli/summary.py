"""The account of a run that a person reads."""

from rich.table import Table

from orchestration.cli.console import answers, complain
from orchestration.running import Outcome
from orchestration.running.findings import Findings, find
from orchestration.site import Site

_HEADLINES = {
    "complete": "Published",
    "unchanged": "Nothing is new: no source brought anything since the last run",
    "partial": "Published in part: some sources failed, what they brought before is still in",
    "failed": "Nothing was published",
}


def show(site: Site, outcome: Outcome, next_steps: tuple[str, str, str] | None = None) -> None:
    """Prints records per source, customers, links, checks, what is where, and what to try."""
    for error in outcome.errors:
        complain(error)
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
    where = f"Generation {outcome.generation} is published at {site.home.published}"
    answers.print(where, soft_wrap=True)
    answers.print("\nTry next:")
    for step in next_steps or _next(site):
        answers.print(f"  {step}", markup=False, soft_wrap=True)


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


def _next(site: Site) -> tuple[str, str, str]:
    return (
        "tessera why SOURCE:RECORD [SOURCE:RECORD]   why two records are one customer, or not",
        f"duckdb {site.home.published} -readonly   any SQL; start with marts.customers",
        "tessera dev   the graph, runs and checks in Dagster's UI",
    )
