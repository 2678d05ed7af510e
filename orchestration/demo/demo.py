"""The demonstration: made-up people in bundled stand-ins, the real job over them, and the truth."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.demo.score import Score, score
from orchestration.home import Home
from orchestration.hub_config import read_hub
from orchestration.processes.lifeline import bound
from orchestration.reporting import Reporter
from orchestration.running import Outcome, RunOptions, run
from orchestration.site import DEMO, Site

# The stand-in knows this token; it opens nothing else.
_TOKEN = "sandbox-token"  # noqa: S105


@dataclass(frozen=True)
class Shown:
    """What the demonstration showed; no score when nothing was published."""

    site: Site
    outcome: Outcome
    score: Score | None


def demonstrate(home: Path | None, report: Reporter) -> Shown:
    """Makes the population, starts the stand-ins, runs the hub and compares with the truth.

    Args:
        home: Where to; `.tessera/demo` by default.
        report: Told how far it is.
    """
    site = Site(read_hub(DEMO), DEMO, Home.at(home or ".tessera/demo"))
    site.home.make()
    people = site.home.root / "population"
    report.step("population")
    _populate(people)
    os.environ |= {"TESSERA_DEMO": str(people), "TESSERA_DEMO_TOKEN": _TOKEN}
    with _stand_in("connectors.tap_mastodon.sandbox", people / "mastodon.json") as url:
        os.environ["TESSERA_DEMO_MASTODON"] = url
        outcome = run(site, report, RunOptions())
    published = outcome.generation is not None
    found = score(site.home.published, people / "truth.csv") if published else None
    return Shown(site, outcome, found)


def _populate(folder: Path) -> None:
    """Writes the population; files whose content stays keep their time, so that nothing is new."""
    from connectors.sandbox.population import generate

    fresh = folder.with_name("population.next")
    generate(out_dir=fresh)
    folder.mkdir(exist_ok=True)
    for file in fresh.iterdir():
        there = folder / file.name
        if not there.exists() or there.read_bytes() != file.read_bytes():
            file.replace(there)
        else:
            file.unlink()
    fresh.rmdir()


@contextmanager
def _stand_in(module: str, data: Path) -> Iterator[str]:
    """A platform's stand-in as a process of its own, on a free port of this machine; its URL."""
    command = [sys.executable, "-m", module, "--data", str(data), "--port", "0"]
    with subprocess.Popen(
        bound(command), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            ready = (process.stdout.readline() if process.stdout else "").split()
            if len(ready) != 2:
                raise RuntimeError(
                    f"the stand-in {module} did not start; run it by hand to see why"
                )
            yield ready[1]
        finally:
            process.kill()
