"""Runs dbt over a home with a project that was parsed once: parsing costs more than small models.

`python -m tests.social.dbt_run PARSED SECONDS SHARED... + RUN...` does so in a process of its own
and writes the CPU seconds of each model as JSON into the file SECONDS; they are right with one
thread. PARSED is the parsed project, made when it is not there; arguments before the plus are those
of both verbs, those after it of `run`.
"""

import gc
import json
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from orchestration.warehouse.start import believed
from tests.in_process import dbt_in_process

_NOTED = ("NodeStart", "NodeFinished")


def execute(
    parsed: Path,
    shared: Sequence[str],
    words: Sequence[str],
    callbacks: Sequence[Callable[[Any], None]] = (),
) -> None:
    """Runs models in this process; raises when one fails."""
    with dbt_in_process(parsed.with_suffix(".templates"), but=_NOTED) as runner:
        from orchestration.warehouse.parsed import project

        # Read for each run: one that ran before remembers what it compiled.
        manifest = project(parsed, list(shared))
        assert manifest is not None, "the project does not parse"
        dbt = runner(manifest=manifest, callbacks=list(callbacks))
        with believed():
            done = dbt.invoke(["run", *shared, *words])
    assert done.success, done.exception or [
        step.message for step in getattr(done.result, "results", ()) if step.status != "success"
    ]


class Seconds:
    """Notes what each model cost, by dbt's own events."""

    def __init__(self) -> None:
        """Nothing was spent yet."""
        self.spent: dict[str, float] = {}
        self._began: dict[str, float] = {}

    def __call__(self, event: Any) -> None:
        """Hears an event."""
        if event.info.name == "NodeStart":
            self._began[event.data.node_info.node_name] = cpu()
        elif event.info.name == "NodeFinished":
            name = event.data.node_info.node_name
            self.spent[name] = round(cpu() - self._began[name], 2)


def cpu() -> float:
    """CPU seconds of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    gc.set_threshold(100_000, 50, 1000)  # as in the hub's own dbt process
    seconds = Seconds()
    plus = sys.argv.index("+")
    execute(Path(sys.argv[1]), sys.argv[3:plus], sys.argv[plus + 1 :], [seconds])
    Path(sys.argv[2]).write_text(json.dumps(seconds.spent))
