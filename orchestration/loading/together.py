"""Several sources at once: each source is two processes that wait on other people's servers."""

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from orchestration.loading.load import Loaded, load_source
from orchestration.site import Site


class Loads:
    """Loads of a run: started early, asked for later.

    `tessera run` starts all sources before it imports Dagster; the assets then ask for the result.
    An asset whose load nobody started (in Dagster's own runs) starts it by asking.
    """

    def __init__(self, site: Site, progress: Callable[[str, str], None] | None = None) -> None:
        """Prepares loads of the hub's sources; `progress` is told (source, line)."""
        self._site = site
        self._progress = progress or (lambda source, line: None)
        self._started: dict[str, Future[Loaded]] = {}
        # A source is a pair of processes; more at a time than this only contend for the CPU.
        self._pool = ThreadPoolExecutor(max(4, (os.cpu_count() or 1) * 2))

    def start(self, sources: Iterable[str], env: Mapping[str, str] = os.environ) -> None:
        """Starts loads that are not started yet."""
        for name in sources:
            if name not in self._started:
                work = lambda line, name=name: self._progress(name, line)  # noqa: E731
                self._started[name] = self._pool.submit(
                    load_source, name, self._site, dict(env), work
                )

    def result(self, source: str) -> Loaded:
        """What a load brought; waits for it."""
        self.start([source])
        return self._started[source].result()

    def results(self) -> list[Loaded]:
        """What all started loads brought, in the order of their start; waits for them."""
        return [future.result() for future in self._started.values()]
