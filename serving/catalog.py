"""What tables and columns mean, and which of them are personal: read from the dbt project.

A column with `meta: {personal: true}` never reaches analysts, unless its name ends in `_id` or
`_ids` or it says `personal: key`: then a keyed hash stands in its place, the same wherever the
value stands, so that joins still work. A column nobody described counts as personal.
"""

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML

MODELS = Path(__file__).parent.parent / "dbt_project" / "models"
NAME = "catalog.json"
_ROOMS = ("marts", "social")  # Folders of models whose tables are marts.


class Column(msgspec.Struct, frozen=True):
    """One column: its meaning, and whether it is personal (`yes`, `key` or `no`)."""

    description: str = ""
    personal: str = "yes"


class Table(msgspec.Struct, frozen=True):
    """One mart: its meaning and grain, and its columns by name."""

    description: str = ""
    columns: dict[str, Column] = {}


Catalog = dict[str, Table]
"""Marts by name."""

# Written by publishing itself, so no model describes it.
_GENERATION = Table(
    "Which published generation this is. Grain: the one row.",
    {
        "generation_id": Column("Name of the generation; later ones sort later.", "no"),
        "built_at": Column("When it was built, UTC.", "no"),
        "customers": Column("How many customers it has.", "no"),
        "facts": Column("What the run said of itself: checks, measures.", "no"),
    },
)


def read(models: Path = MODELS) -> Catalog:
    """The marts that the yml files under a dbt models folder describe."""
    return {name: Table(t.description, dict(t.columns)) for name, t in _read(models).items()}


@functools.cache
def _read(models: Path) -> Catalog:
    yaml = YAML(typ="safe")
    catalog: Catalog = {"generation": _GENERATION}
    for path in sorted(path for room in _ROOMS for path in (models / room).rglob("*.yml")):
        document = yaml.load(path) or {}
        for model in document.get("models") or []:
            catalog[model["name"]] = _table(model)
    return catalog


def write(catalog: Catalog, folder: Path) -> None:
    """Puts the catalog into a generation's folder, for whoever reads it without the project."""
    (folder / NAME).write_bytes(msgspec.json.format(msgspec.json.encode(catalog), indent=1))


def load(folder: Path) -> Catalog:
    """The catalog of a generation; empty, so that all is personal, where it has none."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Catalog)
    except FileNotFoundError:
        return {}


def column(catalog: Catalog, table: str, name: str) -> Column:
    """A column's entry; of one that nobody described: personal."""
    return catalog.get(table, Table()).columns.get(name, Column())


def open_columns(catalog: Catalog, table: str) -> frozenset[str]:
    """The columns of a table that are not personal."""
    found = catalog.get(table, Table()).columns.items()
    return frozenset(name for name, entry in found if entry.personal == "no")


def _table(model: dict[str, Any]) -> Table:
    columns = {c["name"]: _column(c) for c in _items(model.get("columns"))}
    return Table(_line(model.get("description")), columns)


def _column(given: dict[str, Any]) -> Column:
    meta = (given.get("config") or {}).get("meta") or given.get("meta") or {}
    personal = meta.get("personal", False)
    name = str(given["name"])
    if personal is True:
        personal = "key" if name.endswith(("_id", "_ids")) else "yes"
    elif personal is False:
        personal = "no"
    return Column(_line(given.get("description")), str(personal) if personal else "no")


def _items(given: Iterable[dict[str, Any]] | None) -> Iterable[dict[str, Any]]:
    return given or ()


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
