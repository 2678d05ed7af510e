"""Dagster's instance in TESSERA_HOME, and the reaper of runs whose process is gone."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    _keep_engines()
    return dg.DagsterInstance.get()


def _keep_engines() -> None:
    """Has Dagster's storages use one SQLAlchemy engine per file of theirs, not one per statement.

    An engine remembers what it compiled. It keeps no connection (`NullPool`), so nothing else
    changes; a run of some sixty assets takes half the CPU.
    """
    from dagster._core.storage.event_log.sqlite import sqlite_event_log
    from dagster._core.storage.runs.sqlite import sqlite_run_storage

    for module in (sqlite_event_log, sqlite_run_storage):
        found = vars(module)["create_engine"]
        if not isinstance(found, _Engines):
            vars(module)["create_engine"] = _Engines(found)


class _Engines:
    # Each run has a file of its own, and a process that stays sees many.
    MOST = 8

    def __init__(self, create: Callable[..., Any]) -> None:
        self._create = create
        self._kept: dict[str, Any] = {}

    def __call__(self, url: str, **options: Any) -> Any:
        key = f"{url} {options}"
        engine = self._kept.pop(key, None) or self._create(url, **options)
        self._kept[key] = engine  # what was used last comes last
        if len(self._kept) > self.MOST:
            self._kept.pop(next(iter(self._kept)), None)
        return engine


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
