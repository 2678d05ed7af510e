"""A hub without a model learns one from its own contacts."""

import json
from pathlib import Path

import duckdb

import identity
from benchmarks.identity import population, truth


def test_a_full_run_trains_a_model_that_knows_its_duplicates(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    population.create(con, 400)
    made = con.execute("SELECT count(*) FROM contacts").fetchone()[0]
    found = identity.resolve(con, home=tmp_path, contacts="contacts", config={"country": "US"})
    assert found.full and found.records == made
    model = json.loads((tmp_path / "landing" / "_identity" / "model.json").read_text("utf-8"))
    assert model["tessera"]["version"].startswith("trained-")
    names = {c["output_column_name"] for c in model["comparisons"]}
    assert names >= {"given", "family", "birth", "email", "phone", "address"}
    for comparison in model["comparisons"]:
        # After the level for what is not known comes the one where both say the same; "all else" ends the list.
        _, same, *_, other = comparison["comparison_levels"]
        assert same["m_probability"] > 2 * same["u_probability"], comparison["output_column_name"]
        for p in ("m_probability", "u_probability"):
            told = sum(level[p] for level in comparison["comparison_levels"][1:])
            assert abs(told - 1) < 0.01
        if comparison["output_column_name"] != "company":
            assert other["m_probability"] < other["u_probability"]
    score = truth.score(con)
    assert score.precision > 0.9 and score.recall > 0.9
    # The model is kept: the next run goes on with it.
    assert not identity.resolve(con, "contacts", tmp_path, {"country": "US"}).full
