"""`tessera demo`."""

import typer

from orchestration.cli.console import Progress, answer, answers, settings
from orchestration.cli.summary import short, show


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
        here = f"--config {short(shown.site.file)} --home {short(shown.site.home.root)} "
        show(shown.site, shown.outcome, here, "make dev")
        if shown.score:
            answers.print(
                f"Against the truth: pairwise precision {shown.score.precision:.3f}, "
                f"recall {shown.score.recall:.3f}"
            )
    raise typer.Exit(shown.outcome.exit_code)
