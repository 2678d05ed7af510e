"""The gate as a process that is started before there is anything to judge."""

import json
import subprocess
import sys
from typing import Any

from orchestration.processes.lifeline import bound


class Gatekeeper:
    """`python -m expectations`, importing while the warehouse is built."""

    def __init__(self) -> None:
        """Starts the process; returns at once."""
        self._process = subprocess.Popen(
            bound([sys.executable, "-m", "expectations"]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def judge(self, now: dict[str, Any], last: dict[str, Any]) -> list[dict[str, Any]]:
        """Verdicts on measures, as `expectations.Verdict` has them.

        Raises:
            RuntimeError: The gate could not judge; nothing may be published then.
        """
        said, complaint = self._process.communicate(json.dumps({"now": now, "last": last}))
        if self._process.returncode != 0:
            last_line = (complaint.strip().splitlines() or ["it said nothing"])[-1]
            raise RuntimeError(f"expectations: the gate could not judge: {last_line}")
        return list(json.loads(said))

    def close(self) -> None:
        """Ends a gate that was not needed."""
        self._process.kill()
        self._process.communicate()
