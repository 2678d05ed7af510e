"""General word lists: titles, organisations, junk, platforms, regions, name frequencies.

No list may name a data set; each is data, so that a reader can argue with it.
"""

import csv
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_HERE = Path(__file__).parent


@cache
def words(name: str) -> Any:
    """Returns the parsed list `name`.yaml of this folder."""
    return YAML(typ="safe", pure=True).load((_HERE / f"{name}.yaml").read_text("utf-8"))


@cache
def name_frequencies() -> dict[str, dict[str, float]]:
    """Returns {'given' | 'family': {name: share of people}}, English-speaking population.

    Source: United States census shares as carried by Faker (MIT), scaled to the whole population.
    """
    found: dict[str, dict[str, float]] = {"given": {}, "family": {}}
    with (_HERE / "name_frequencies.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["part"]][row["name"]] = float(row["frequency"])
    return found
