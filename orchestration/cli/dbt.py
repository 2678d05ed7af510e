"""`tessera dbt`."""

import json
import os
import sys
from pathlib import Path

import typer

from orchestration.cli.console import settings
from orchestration.site import Site
from orchestration.warehouse.dbt import environment, options
from orchestration.warehouse.plan import make_plan
from serving.generations import current


def dbt(context: typer.Context) -> None:
    """Any dbt verb, with this hub's variables and home: `tessera dbt build --select marts`."""
    site = Site.open_or_demo(settings.config, settings.home)
    site.home.make()
    plan = make_plan(site, current(site.home.root))
    verb, *rest = context.args or ["--help"]
    given = [] if verb.startswith("-") else [*options(site.home), "--vars", json.dumps(plan.vars)]
    program = Path(sys.executable).with_name("dbt")
    os.execve(  # noqa: S606 - dbt takes the place of this process
        program, [str(program), verb, *rest, *given], os.environ | environment(site.home, plan)
    )
