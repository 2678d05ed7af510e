"""`tessera connectors`."""

from typing import Annotated

import typer

from orchestration.cli.console import UserError, answer, answers, settings

app = typer.Typer(
    help="Rooms of connectors.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def _group() -> None:
    """Rooms of connectors."""


@app.command("new")
def new(name: Annotated[str, typer.Argument(help="The platform, for example bluesky.")]) -> None:
    """Make the room of a new tap: client, streams, schemas, sandbox, tests."""
    try:
        from connectors.tap_base.scaffold import scaffold
    except ImportError:
        raise UserError("there is no scaffold yet; copy connectors/tap_mastodon") from None
    made = scaffold(name)
    if settings.json:
        answer({"made": made})
    else:
        for path in made:
            answers.print(str(path), markup=False)
