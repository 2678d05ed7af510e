"""Killed at any point and started again: the marts of a run that was never killed."""

import random
import shutil
import signal
from multiprocessing import get_context
from typing import Any

import pytest

from tests.orchestration.conftest import Place
from tests.orchestration.killed_run import main

KILLS = 10
# A run tells of more steps than these: loads, models, tests, the gate, publishing.
STEPS = 45
NEVER = 1_000_000


def killed(place: Place, after: int) -> int | None:
    """Runs until something was told `after` times; the exit code."""
    # Forked from one process that has imported what a run needs: ten imports would tell no more.
    forking = get_context("forkserver")
    forking.set_forkserver_preload([main.__module__])
    process = forking.Process(target=main, args=(place.folder, place.home, after))
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.slow
def test_killed_at_ten_random_points_runs_end_in_the_marts_of_one_never_killed(
    done: tuple[Place, dict[str, Any]], place: Place
) -> None:
    points = random.Random(17).sample(range(STEPS), KILLS)
    # What parsing the project gives is the same for both, and as dear as half a run.
    shutil.copytree(done[0].home / "dagster" / "dbt", place.home / "dagster" / "dbt")
    crm = (place.folder / "crm.csv").read_text()
    fewer = "".join(line for line in crm.splitlines(keepends=True) if not line.startswith("1,"))
    # At first while there is nothing yet, then in runs that add to what there is.
    for export, kills in ((fewer, points[: KILLS // 2]), (crm, points[KILLS // 2 :])):
        (place.folder / "crm.csv").write_text(export)
        for point in kills:
            assert killed(place, point) == -signal.SIGKILL
        assert killed(place, NEVER) == 0
    assert place.marts() == done[0].marts()
