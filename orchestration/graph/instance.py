"""Dagster's instance in TESSERA_HOME, and the reaper of runs whose process is gone."""

import json
import os
from pathlib import Path

import dagster as dg

from orchestration.home import Home
from orchestration.hub_config.models import Run

# Run tag: the run lives in a `tessera run` process, not in Dagster's daemon.
IN_PROCESS = "tessera/in-process"
_UNFINISHED = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def write_settings(home: Home, run: Run) -> Path:
    """Writes dagster.yaml and points DAGSTER_HOME to it; hub.yaml rules, so it is never edited."""
    settings = {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        # One step per pool: one writer of the warehouse, one load per source.
        "concurrency": {"pools": {"default_limit": 1, "granularity": "op"}},
        "run_monitoring": {
            "enabled": True,
            "max_runtime_seconds": run.max_runtime_seconds,
            "free_slots_after_run_end_seconds": 60,
        },
        "run_retries": {"enabled": run.retries > 0, "max_retries": run.retries},
    }
    home.make()
    file = home.dagster / "dagster.yaml"
    # JSON is YAML.
    file.write_text(json.dumps(settings, indent=1) + "\n")
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    return file


def open_instance(home: Home, run: Run) -> dg.DagsterInstance:
    """The instance; use it as a context manager."""
    write_settings(home, run)
    return dg.DagsterInstance.get()


def reap(instance: dg.DagsterInstance, *, in_process: bool) -> list[str]:
    """Ends runs that a crash left started, and frees the pool slots they hold.

    Only whoever holds the lock under which such runs live may call this: then none can be alive.

    Args:
        instance: The instance.
        in_process: Whether to look at runs of `tessera run`, or at those of Dagster's daemon.

    Returns:
        Ids of the runs that were ended.
    """
    reaped = []
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=_UNFINISHED)):
        if (IN_PROCESS in run.tags) == in_process:
            instance.report_run_failed(run, "Its process is gone: killed, or the machine stopped.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            reaped.append(run.run_id)
    return reaped
