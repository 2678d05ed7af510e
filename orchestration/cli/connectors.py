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
    from connectors.tap_base.scaffold import ScaffoldError, scaffold
    from orchestration.warehouse.plan import ROOT

    try:
        made = [str(path.relative_to(ROOT)) for path in scaffold(name, ROOT)]
    except ScaffoldError as error:
        raise UserError(str(error)) from None
    if settings.json:
        answer({"made": made})
    else:
        for path in made:
            answers.print(path, markup=False)
