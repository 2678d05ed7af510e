"""The questions of docs/questions.md are answered as they stand, for the audience they name."""

import re
from pathlib import Path

import duckdb
import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "questions.md").read_text()
QUESTIONS = re.findall(
    r"^## (\d+\. .+?) \((analyst|operator)\)\n.*?```sql\n(.*?)```", TEXT, re.MULTILINE | re.DOTALL
)


def test_there_are_twelve() -> None:
    assert len(QUESTIONS) == 12


@pytest.mark.parametrize(("name", "audience", "query"), QUESTIONS, ids=lambda text: text[:30])
def test_question(published_once: Path, name: str, audience: str, query: str) -> None:
    files = ["hub"] if audience == "operator" else ["hub", "analyst"]
    counts = []
    for file in files:
        path = published_once / "published" / f"{file}.duckdb"
        with duckdb.connect(path, read_only=True) as hub:
            hub.execute("set timezone = 'UTC'")
            counts.append(len(hub.execute(query).fetchall()))
    assert counts[0] > 0
    assert len(set(counts)) == 1


def test_every_exposure_names_marts_that_exist() -> None:
    folder = ROOT / "dbt_project" / "models" / "marts"
    said = YAML(typ="safe").load(folder / "exposures.yml")
    marts = {file.stem for file in folder.rglob("*.sql")}
    for exposure in said["exposures"]:
        named = set(re.findall(r"ref\('(\w+)'\)", " ".join(exposure["depends_on"])))
        assert named <= marts
        assert exposure["description"]
