"""Runs dbt over a home with a project that was parsed once: parsing costs more than small models.

`python -m tests.social.dbt_run PARSED SHARED... + RUN...`: PARSED is the parsed project, made when
it is not there; arguments before the plus are those of both verbs, those after it of `run`. Where
the environment names a file TESSERA_NODE_SECONDS, the CPU seconds of each model go there as JSON;
they are right with one thread.
"""

import gc
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

# as the hub's own dbt process: a parsed project is a million objects that stay
gc.set_threshold(100_000, 50, 1000)

from dbt.cli.main import dbtRunner  # noqa: E402

from orchestration.warehouse.events import leave_out_debug  # noqa: E402
from orchestration.warehouse.parsed import project  # noqa: E402

began: dict[str, float] = {}
spent: dict[str, float] = {}


def seconds() -> float:
    """CPU seconds of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def told(event: Any) -> None:
    """Notes what a model cost, by dbt's own events."""
    if event.info.name == "NodeStart":
        began[event.data.node_info.node_name] = seconds()
    elif event.info.name == "NodeFinished":
        name = event.data.node_info.node_name
        spent[name] = round(seconds() - began[name], 2)


leave_out_debug()
plus = sys.argv.index("+")
parsed, shared, only = Path(sys.argv[1]), sys.argv[2:plus], sys.argv[plus + 1 :]
manifest = project(parsed, shared)
if manifest is None:
    sys.exit("the project does not parse")
gc.freeze()
found = os.environ.get("TESSERA_NODE_SECONDS")
done = dbtRunner(manifest=manifest, callbacks=[told] if found else []).invoke(
    ["run", *shared, *only]
)
if found:
    Path(found).write_text(json.dumps(spent))
sys.exit(0 if done.success else 1)
