"""Every mart and column is described: what it is, its grain, the unit of what is measured."""

import re
from pathlib import Path

import duckdb
import pytest

from serving import audiences, catalog

MODELS = catalog.MODELS
UNITS = {
    "_seconds": r"[Ss]econds?",
    "_days": r"[Dd]ays?",
    "_at": r"UTC|[Ww]hen|moment|since|[Ll]ast|[Ff]irst|[Uu]ntil|[Ss]ince",
    "_share": r"[Ss]hare|0 to 1|[Pp]art",
    "amount": r"currenc",
    "_total": r"currency",
    "confidence": r"0 to 1|[Pp]robability",
}


def marts() -> list[str]:
    """Models that become tables of schema marts."""
    found = [*(MODELS / "marts").rglob("*.sql"), *(MODELS / "social").glob("*.sql")]
    return sorted(path.stem for path in found if not path.stem.startswith("int_"))


@pytest.mark.parametrize("mart", marts())
def test_a_mart_says_its_grain_and_what_its_columns_hold(mart: str) -> None:
    described = catalog.read()
    assert mart in described
    table = described[mart]
    assert "Grain: " in table.description
    assert table.columns
    for name, column in table.columns.items():
        assert column.description, f"{mart}.{name} has no description"
        for ending, unit in UNITS.items():
            if name.endswith(ending):
                assert re.search(unit, column.description), f"{mart}.{name}: give the unit"


def test_the_published_file_says_so_too(published_once: Path) -> None:
    with duckdb.connect(published_once / "published" / "hub.duckdb", read_only=True) as hub:
        silent = hub.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'marts' and coalesce(comment, '') = ''"
        ).fetchall()
        assert silent == []


def test_contracts_hold_columns_and_descriptions_together() -> None:
    # dbt refuses a model under contract whose columns are not those that its yml describes.
    project = (MODELS.parent / "dbt_project.yml").read_text()
    assert re.search(r"marts:\n.*\n.*\n\s+\+contract: \{enforced: true\}", project)
    for path in (MODELS / "social").glob("*.yml"):
        text = path.read_text()
        names = re.findall(r"^  - name: (?!int_)(\w+)", text, re.MULTILINE)
        assert text.count("contract: {enforced: true}") >= len(names)


def test_analysts_get_what_the_social_room_adds(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as hub; create schema hub.marts")
        connection.execute(
            "create table hub.marts.segments as select 'loyal' as segment, 'cus_1' as customer_id"
        )
        audiences.write_analyst(connection, tmp_path, catalog.read(), "pepper")
        assert connection.execute("select segment from analyst.marts.segments").fetchall()
