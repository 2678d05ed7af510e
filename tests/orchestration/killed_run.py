"""A run that kills its own process, as `kill -9` would, when it has told of its n-th step."""

import os
import signal
import sys
from pathlib import Path

from orchestration.running import run
from orchestration.running.job import run_job  # noqa: F401 - for whoever forks this process
from orchestration.site import Site


class Fatal:
    """A reporter that lets a run tell so much and no more."""

    def __init__(self, left: int) -> None:
        self._left = left

    def _tell(self, text: str) -> None:
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    step = line = done = _tell


def main(folder: Path, home: Path, after: int) -> None:
    """Runs the hub in a folder until something was told `after` times; else exits as it ended."""
    os.chdir(folder)
    sys.exit(run(Site.open(folder / "hub.yaml", home), Fatal(after)).exit_code)
