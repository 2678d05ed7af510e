"""What the social tests share: a declared company and its told conversations."""

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.population import DEFAULT_UNTIL, Population, generate
from social.declared import Declared, read_declared
from tests.conftest import Once
from tests.social import warehouse

DEMO = Path(__file__).parents[2] / "orchestration/demo"
NOW = DEFAULT_UNTIL.isoformat()
WEEK = {day: ["09:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}


def company(
    folder: Path = DEMO, files: str = "social", accounts: Sequence[str] = (), product: str = "Bean"
) -> Declared:
    """The demo's company: its brand, its hours, its files; perhaps with more accounts."""
    return read_declared(
        folder,
        brands={
            "brightbean": {
                "accounts": {"mastodon": ["@brightbean", *accounts]},
                "calendar": "help_desk",
                "products": {f"{product} One": [], "Bean Go": [], "Roast Club": []},
            }
        },
        calendars={
            "help_desk": {
                "timezone": "Europe/Berlin",
                "hours": WEEK,
                "holidays": ["2026-10-03", "2026-12-25", "2026-12-26"],
            }
        },
        social={"files": files},
    )


@dataclass(frozen=True)
class Told:
    """A home whose social models have run over a population."""

    home: Path
    population: Population

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return warehouse.query(self.home, sql)


@pytest.fixture(scope="session")
def told(once: Once) -> Told:
    """A company's conversations, told once for all workers; read them, change nothing."""

    def tell(home: Path) -> None:
        population = generate(5, 300, home / "population")
        warehouse.upstream(home, population.folder)
        tasks = "sync_webhook__tasks"
        select = f"path:models/social {tasks}"
        warehouse.run(home, company(), select=select, as_of=NOW, destinations={"crm": [tasks]})
        (home / "population.pickle").write_bytes(pickle.dumps(population))

    home = once("told", tell)
    return Told(home, pickle.loads((home / "population.pickle").read_bytes()))
