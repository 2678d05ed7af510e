"""What another configuration would do, told by the model and the frequencies that the hub goes by."""

import json
from pathlib import Path

import duckdb

import identity
from benchmarks.identity import population
from identity.model import DEFAULT
from tests.identity.conftest import MODEL, fill, person

PLACE = "landing/_identity"


def learnt(home: Path) -> None:
    """Leaves a model in a home as training does: family names tell less in it than in the shipped one."""
    raw = json.loads(DEFAULT.read_text("utf-8"))
    raw["tessera"]["version"] = "trained-once"
    for comparison in raw["comparisons"]:
        if comparison["output_column_name"] == "family":
            comparison["comparison_levels"][1]["m_probability"] = 0.1
    (home / PLACE).mkdir(parents=True)
    (home / PLACE / "model.json").write_text(json.dumps(raw), "utf-8")


def bits(con: duckdb.DuckDBPyConnection) -> float:
    found = identity.why(con, ("crm", "1"), ("shop", "2"), config={"country": "US"})
    (step,) = (*found.path, *found.held)
    return next(e.bits for e in step.evidence if e.name == "family")


def test_an_explanation_after_a_rebuild_weighs_by_the_model_that_linked(con, tmp_path):
    learnt(tmp_path)
    fill(con, [person("1", "Ada Lovelace", emails=["ada@lovelace.name"]),
               person("2", "Ada Lovelace", source="shop", emails=["ada@lovelace.name"])])  # fmt: skip
    identity.resolve(con, "contacts", tmp_path, {"country": "US", "model": "default"})
    shipped = bits(con)
    identity.resolve(con, "contacts", tmp_path, {"country": "US"})
    assert bits(con) < shipped - 1


def test_the_configuration_in_use_would_change_nothing(con, tmp_path):
    config = {"country": "US"}
    population.create(con, 300)
    con.execute("CREATE TABLE everybody AS FROM contacts")
    con.execute("DELETE FROM contacts WHERE hash(source, source_record_id) % 3 > 0")
    learnt(tmp_path)
    identity.resolve(con, "contacts", tmp_path, config)
    con.execute(
        "INSERT INTO contacts SELECT * FROM everybody ANTI JOIN contacts USING (source, source_record_id)"
    )
    assert not identity.resolve(con, "contacts", tmp_path, config).full
    before = sorted(str(f) for f in tmp_path.rglob("*"))
    found = identity.diff(con, config, "contacts", home=tmp_path)
    assert (found.merges, found.splits) == ((), ())
    assert sorted(str(f) for f in tmp_path.rglob("*")) == before


def test_a_rule_that_is_added_is_told_by_what_it_splits(con):
    fill(con, [person(k, "Ada Lovelace", emails=["ada@lovelace.name"]) for k in "12"])
    identity.resolve(con, "contacts", config=MODEL)
    found = identity.diff(con, MODEL | {"distinct": ["crm"]}, "contacts")
    assert [(c.kind, c.records) for c in found.splits] == [("split", 2)] and not found.merges


def test_a_model_file_that_is_replaced_is_followed_whatever_its_version_says(con, tmp_path):
    file = tmp_path / "model.json"
    file.write_text(DEFAULT.read_text("utf-8"), "utf-8")
    fill(con, [person("1", "Ada Lovelace")])
    assert identity.resolve(con, "contacts", config={"model": str(file)}).full
    assert not identity.resolve(con, "contacts", config={"model": str(file)}).full
    raw = json.loads(DEFAULT.read_text("utf-8"))
    raw["comparisons"][0]["comparison_levels"][1]["m_probability"] = 0.5
    file.write_text(json.dumps(raw), "utf-8")
    assert identity.resolve(con, "contacts", config={"model": str(file)}).full
