"""`python -m expectations`: measures in as JSON on stdin, verdicts out as JSON on stdout.

A process of its own, because importing Great Expectations takes seconds and memory: whoever knows
that a gate is coming starts it early and writes to it when there is something to judge.
"""

import gc
import json
import sys
from dataclasses import asdict

from expectations.deferred import defer


def main() -> None:
    """Reads `{"now": …, "last": …}`, writes a list of verdicts."""
    gc.disable()  # what is imported stays, and the process ends after one answer
    # Imported for expectations that no suite here has: a third of Great Expectations' start.
    defer("scipy.stats")
    from expectations.judge import judge

    asked = json.loads(sys.stdin.read())
    verdicts = judge(asked["now"], asked["last"])
    sys.stdout.write(json.dumps([asdict(verdict) for verdict in verdicts]))


if __name__ == "__main__":
    main()
