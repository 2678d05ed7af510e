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


def test_nothing_to_review_is_an_empty_table(
    con: duckdb.DuckDBPyConnection, resolved: Callable[..., object], tmp_path: Path
) -> None:
    resolved([person("c1", "Ann Lee")])
    assert identity.weigh_review(con, "review_evidence", home=tmp_path, config=MODEL) == 0
    assert con.execute("select bits from review_evidence").fetchall() == []
