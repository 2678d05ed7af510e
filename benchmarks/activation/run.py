"""One activation in a process of its own, to be killed or measured: `python -m ... HOME WHERE`."""

import json
import sys
from pathlib import Path

from activation import engine
from benchmarks.activation.hubs import Where

if __name__ == "__main__":
    where = Where(**json.loads(sys.argv[2]))
    report = engine.activate(Path(sys.argv[1]), where.sync())
    print(json.dumps({"status": report.status, "counts": report.counts}))
