"""The warehouse's stamp: which run built it last, by which plan, and whether it was checked.

The steps of a run may be processes of their own, and two runs may follow each other step by step.
Only a warehouse that one plan built and the gate passed since may be published.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from orchestration.home import Home


@dataclass
class Built:
    """The stamp.

    Attributes:
        run_id: Dagster's id of the run that built it.
        facts: The plan, as a generation remembers it.
        tests: dbt tests that passed.
        checked: Whether the gate passed.
        verdicts: Checks of the gate that passed.
        measures: What the gate measured, by suite: compared with at the next run.
    """

    run_id: str
    facts: dict[str, Any]
    tests: int = 0
    checked: bool = False
    verdicts: int = 0
    measures: dict[str, dict[str, float]] = field(default_factory=dict)


def stamp(home: Home, built: Built) -> None:
    """Writes the stamp."""
    file = home.warehouse.with_name("built.json")
    aside = file.with_suffix(".next")
    aside.write_text(json.dumps(asdict(built), indent=1))
    aside.replace(file)


def unstamp(home: Home) -> None:
    """Takes the stamp away: the warehouse is about to change."""
    home.warehouse.with_name("built.json").unlink(missing_ok=True)


def built(home: Home) -> Built | None:
    """The stamp; None when nothing was built to the end since the last change."""
    try:
        return Built(**json.loads(home.warehouse.with_name("built.json").read_text()))
    except FileNotFoundError:
        return None
