"""The command and its manners: options of all verbs, errors as sentences, exit codes."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import (
    activate,
    connectors,
    dbt,
    demo,
    dev,
    identity,
    run,
    social,
    sources,
    status,
    verify,
    why,
)
from orchestration.cli.console import UserError, complain, settings
from orchestration.hub_config import HubConfigError
from orchestration.locks import HeldError
from serving.publish import PublishError
from serving.settings import SettingsError
from social.declared import DeclarationError

# What the person at the keyboard can mend: the text is a sentence that says how.
MENDABLE = (
    HubConfigError,
    DeclarationError,
    SettingsError,
    HeldError,
    PublishError,
    UserError,
)

app = typer.Typer(
    name="tessera",
    help="The open social customer data hub: scattered records in, unified customers out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _options(
    config: Annotated[
        Path | None, typer.Option("--config", help="hub.yaml (else TESSERA_CONFIG, ./hub.yaml).")
    ] = None,
    home: Annotated[
        Path | None, typer.Option("--home", help="TESSERA_HOME (else .tessera).")
    ] = None,
    machine: Annotated[
        bool, typer.Option("--json", help="Answer in JSON on stdout, for machines.")
    ] = False,
) -> None:
    """Options that all verbs share; they may stand before or after the verb."""
    settings.config = config or settings.config
    settings.home = home or settings.home
    settings.json = machine or settings.json


app.command()(run.run)
app.command()(activate.activate)
app.command()(demo.demo)
app.command()(status.status)
app.command()(verify.verify)
app.command()(dev.dev)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(dbt.dbt)
app.command()(why.why)
app.command()(social.route)
app.command()(social.practices)
app.command()(social.segments)
app.command()(social.boards)
app.add_typer(sources.app, name="sources")
app.add_typer(connectors.app, name="connectors")
app.add_typer(identity.app, name="identity")


def main() -> None:
    """Runs the command line; what people can mend is told in a sentence, without a traceback."""
    try:
        app(args=settings.take_from(sys.argv[1:]))
    except MENDABLE as error:
        complain(str(error))
        sys.exit(1)
