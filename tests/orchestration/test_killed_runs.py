"""Killed at any point and started again: the marts of a run that was never killed."""

import os
import random
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.orchestration.conftest import NAMES, Place, email

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
def test_killed_at_ten_random_points_a_run_ends_in_the_marts_of_one_never_killed(
    done: tuple[Place, dict[str, Any]], place: Place, again: Place
) -> None:
    points = random.Random(17).sample(range(STEPS), KILLS)
    for point in points[: KILLS // 2]:
        assert killed(place, point) == -signal.SIGKILL
    assert place.run()["status"] in ("complete", "unchanged")
    assert place.marts() == done[0].marts()
    # And on in a run that adds to what there is.
    for one in (place, again):
        one.crm(*((i, NAMES[i], email(i), "Ulm") for i in range(5)))
    for point in points[KILLS // 2 :]:
        assert killed(place, point) == -signal.SIGKILL
    for one in (place, again):
        assert one.run()["status"] in ("complete", "unchanged")
    assert place.marts() == again.marts()
