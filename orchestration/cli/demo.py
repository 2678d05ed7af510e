"""`tessera demo`."""

import typer

from orchestration.cli.console import Progress, answer, answers, settings
from orchestration.cli.summary import show


def demo() -> None:
    """Run the hub over bundled stand-ins with a made-up population whose truth is known."""
    from orchestration.demo.demo import demonstrate

    with Progress() as progress:
        shown = demonstrate(settings.home, progress)
    if settings.json:
        score = shown.score
        told = {"precision": score.precision, "recall": score.recall} if score else None
        answer(shown.outcome.as_json() | {"score": told})
    else:
        home = shown.site.home
        again = f"tessera --config {shown.site.file} --home {home.root}"
        show(
            shown.site,
            shown.outcome,
            (
                f"{again} why crm:…   why records are one customer",
                f"duckdb {home.published} -readonly   any SQL; start with marts.customers",
                "make dev   the graph, runs and checks in Dagster's UI",
            ),
        )
        if shown.score:
            answers.print(
                f"Against the truth: pairwise precision {shown.score.precision:.3f}, "
                f"recall {shown.score.recall:.3f}"
            )
    raise typer.Exit(shown.outcome.exit_code)
