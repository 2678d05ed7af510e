"""Killed at any point and started again: the marts of a run that was never killed."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.orchestration.conftest import NAMES, Place, email, small_hub

# Kills its own process, as `kill -9` would, when the run has told of its n-th step.
KILLED = """
import os, signal, sys
from orchestration.running import run
from orchestration.site import Site

class Fatal:
    left = int(sys.argv[3])
    def _tell(self, text):
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    step = line = done = _tell

run(Site.open(sys.argv[1], sys.argv[2]), Fatal())
print(int(sys.argv[3]) - Fatal.left)
"""
KILLS = 10
# A run tells of more steps than these: loads, models, tests, the gate, publishing.
STEPS = 45


def killed(place: Place, after: int) -> int:
    """Runs until something was told `after` times; the exit code."""
    hub = str(place.folder / "hub.yaml")
    words = [sys.executable, "-c", KILLED, hub, str(place.home), str(after)]
    return subprocess.run(words, cwd=place.folder, env=os.environ, check=False).returncode


@pytest.mark.slow
def test_killed_at_ten_random_points_a_run_ends_in_the_same_marts(
    place: Place, tmp_path: Path
) -> None:
    points = random.Random(17).sample(range(STEPS), KILLS)
    for point in points[: KILLS // 2]:
        assert killed(place, point) == -signal.SIGKILL
    # And on in runs that add to what there is.
    everyone = [(i, NAMES[i], email(i), "Bonn") for i in range(6)]
    place.crm(*everyone)
    for point in points[KILLS // 2 :]:
        assert killed(place, point) == -signal.SIGKILL
    assert place.run()["status"] in ("complete", "unchanged")
    never_killed = small_hub(tmp_path / "never killed")
    never_killed.crm(*everyone)
    assert never_killed.run()["status"] == "complete"
    assert place.marts() == never_killed.marts()
    assert len(place.marts()["customers"]) == 6
