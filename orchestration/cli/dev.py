"""`tessera dev`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.console import people, settings
from orchestration.locks import lock
from orchestration.processes.lifeline import bound
from orchestration.site import Site
from orchestration.warehouse.dbt import Dbt, manifest_is_current


def dev(
    port: Annotated[int, typer.Option(help="Port of the UI, on this machine only.")] = 3000,
) -> None:
    """Open Dagster's UI: the asset graph, jobs, schedules, checks. Also runs the schedules."""
    from orchestration.graph.instance import open_instance, reap

    site = Site.open_or_demo(settings.config, settings.home)
    site.home.make()
    # The code location is a process of its own, and finds the hub by these.
    os.environ["TESSERA_CONFIG"] = str(site.file)
    os.environ["TESSERA_HOME"] = str(site.home.root)
    with lock(site.home.root / "dev.lock", "Dagster's UI of this hub", wait=False):
        with open_instance(site.home, site.hub.run) as instance:
            reap(instance, in_process=False)
        if not manifest_is_current(site):
            people.print("Parsing the dbt project")
            with Dbt(site) as dbt:
                dbt.manifest()
        people.print(f"http://127.0.0.1:{port}  (end with Ctrl-C)")
        dagster = str(Path(sys.executable).with_name("dagster"))
        # Whoever reaches the UI can start runs: loopback only.
        where = ["--host", "127.0.0.1", "--port", str(port)]
        command = [dagster, "dev", "-m", "orchestration.definitions", *where]
        raise typer.Exit(subprocess.run(bound(command), check=False).returncode)
