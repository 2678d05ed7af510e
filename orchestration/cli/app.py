"""The command and its manners: options of all verbs, errors as sentences, exit codes.

A verb's module is imported when the verb is used: most need seconds' worth of libraries that the
others do not.
"""

import gc
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from orchestration.cli.console import UserError, complain, settings

# Verb: the function or group of verbs in a module beside this one, in the order of the help.
VERBS = {
    "run": "run:run",
    "activate": "activate:activate",
    "demo": "demo:demo",
    "status": "status:status",
    "verify": "verify:verify",
    "dev": "dev:dev",
    "dbt": "dbt:dbt",
    "why": "why:why",
    "route": "social:route",
    "practices": "social:practices",
    "segments": "social:segments",
    "boards": "social:boards",
    "serve": "serving:serve",
    "tokens": "serving:app",
    "sources": "sources:app",
    "connectors": "connectors:app",
    "identity": "identity:app",
}
# dbt's options are dbt's own.
_FOREIGN = {"dbt": {"allow_extra_args": True, "ignore_unknown_options": True}}


class Verbs(TyperGroup):
    """Finds a verb's module when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All verbs."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a verb; None where there is none."""
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name].partition(":")
        verb = getattr(import_module(f"orchestration.cli.{module}"), name)
        if not isinstance(verb, typer.Typer):
            alone = typer.Typer(add_completion=False, rich_markup_mode=None)
            alone.command(cmd_name, context_settings=_FOREIGN.get(cmd_name))(verb)
            verb = alone
        command = typer.main.get_command(verb)
        command.name = cmd_name
        return command


def _mendable() -> tuple[type[Exception], ...]:
    """Errors that the person at the keyboard can mend: their text is a sentence that says how."""
    from identity.ladder import IdentityError
    from orchestration.hub_config import HubConfigError
    from orchestration.locks import HeldError
    from serving.publish import PublishError
    from serving.settings import SettingsError
    from social.declared import DeclarationError

    mendable = (HubConfigError, DeclarationError, IdentityError, SettingsError)
    return *mendable, HeldError, PublishError, UserError


app = typer.Typer(
    name="tessera",
    cls=Verbs,
    help="The open social customer data hub: scattered records in, unified customers out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(cls=Verbs)
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


def main() -> None:
    """Runs the command line; what people can mend is told in a sentence, without a traceback."""
    # What verbs import and read of the project stays: looking for cycles in it is wasted.
    gc.set_threshold(100_000, 50, 1000)
    try:
        app(args=settings.take_from(sys.argv[1:]))
    except Exception as error:
        if not isinstance(error, _mendable()):
            raise
        complain(str(error))
        sys.exit(1)
