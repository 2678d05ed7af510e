"""Waterfalls of pairs that wait for a person."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import identity
from tests.identity.conftest import MODEL, account, person


def test_a_waterfall_adds_up_to_its_pairs_weight(
    con: duckdb.DuckDBPyConnection, resolved: Callable[..., object], tmp_path: Path
) -> None:
    twins = [person(f"c{i}", "Gene Green", city=f"Town{i}") for i in range(2)]
    profile = account("p1", "Gene Green", "ggreen")
    alike = [
        person(f"d{i}", "Anna Beck", emails=[f"a{i}@x.org"], birth_date="1980-01-01", city="Bonn")
        for i in range(2)
    ]
    resolved([*twins, *alike, profile], suggest=-30.0, accept=60.0)
    config = MODEL | {"suggest": -30.0, "accept": 60.0}
    count = identity.weigh_review(con, "review_evidence", home=tmp_path, config=config)
    rows = con.execute(
        "select v.weight, sum(bits), min(bits) filter (place = 0), v.left_source, v.right_source "
        "from identity_work.v_identity_review as v inner join review_evidence "
        "using (left_source, left_record_id, right_source, right_record_id) group by all"
    ).fetchall()
    waiting = con.execute("select count(*) from identity_work.v_identity_review").fetchone()
    assert count == len(rows) == waiting[0]
    assert {row[3:] for row in rows} >= {("crm", "crm"), ("crm", "x")}
    for weight, total, prior, *_ in rows:
        assert total == pytest.approx(weight, abs=0.01)
        assert prior < 0


def test_the_weight_of_an_identifier_is_not_counted_twice(
    con: duckdb.DuckDBPyConnection, resolved: Callable[..., object], tmp_path: Path
) -> None:
    said = tmp_path / "decisions.jsonl"
    identity.decide(said, "confirm", [("crm", "4"), ("crm", "5")], by="ann", why="x")
    resolved(
        [
            person("1", "Ada Lovelace", emails=["ada@lovelace.name"], phones=["+12022243121"]),
            person("2", "Ada Lovelace", emails=["ada@lovelace.name"], phones=["+12022243121"]),
            person("3", "", emails=["ada@lovelace.name"], links=["https://x.com/adal"]),
            account("8", "Ada", "adal"),
            person("4", "Grace Hopper"),
            person("5", "Joan Clarke"),
        ],
        decisions=str(said),
    )
    config = MODEL | {"decisions": str(said)}
    pairs = [("1", "2"), ("2", "3"), ("4", "5")]
    ties = [(("crm", a), ("crm", b)) for a, b in pairs] + [(("crm", "3"), ("x", "8"))]
    for a, b in ties:
        found = identity.why(con, a, b, config=config)
        for step in (*found.path, *found.held):
            assert sum(e.bits for e in step.evidence) == pytest.approx(step.bits, abs=0.1)
    assert step.evidence[-1].finding == "both carry the same account, worth 24 in all"


def test_nothing_to_review_is_an_empty_table(
    con: duckdb.DuckDBPyConnection, resolved: Callable[..., object], tmp_path: Path
) -> None:
    resolved([person("c1", "Ann Lee")])
    assert identity.weigh_review(con, "review_evidence", home=tmp_path, config=MODEL) == 0
    assert con.execute("select bits from review_evidence").fetchall() == []
