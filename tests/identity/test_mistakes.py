"""A mistake in a file that people write is told by file, line and fix, and tells nothing of anybody."""

from pathlib import Path

import duckdb
import pytest

import identity
from identity.ladder import SHIPPED


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("name: same_phone,", "name: same_phoen,", ":12: there is no rung same_phoen; did you mean same_phone?"),
        ("weight: 13,", "weight: -13,", ":12: weight of rung same_phone cannot be used; write a number from 0 on"),
        ("weight: 13,", "wieght: 13,", ":12: wieght is unknown here; did you mean weight?"),
        ("named: true, bit: 16", "named: true, bit: 32", ":12: bit of rung same_phone is fixed; write bit: 16"),
        ("name: same_phone,", "name: same_site,", ":12: kind of rung same_site is fixed; write kind: url"),
        ("  - {name: same_site", "  # ", ": rung same_site is missing; add it"),
        ("rungs:", "rugns:", ":1: a ladder is a list `rungs`; start from the shipped one"),
        ("rungs:", "rungs: [", ":7: this is not YAML; mend it"),
    ],
)  # fmt: skip
def test_a_ladder_that_cannot_be_followed_is_refused(tmp_path: Path, right, wrong, told):
    file = tmp_path / "ladder.yaml"
    written = SHIPPED.read_text("utf-8")
    assert right in written
    file.write_text(written.replace(right, wrong), "utf-8")
    with pytest.raises(identity.IdentityError) as caught:
        identity.check({"ladder": str(file)})
    assert str(caught.value).startswith(f"{file}{told}")


def test_a_ladder_with_other_weights_and_caps_is_followed(tmp_path: Path):
    file = tmp_path / "ladder.yaml"
    written = SHIPPED.read_text("utf-8").replace("weight: 13, cap: 6", "weight: 0, cap: 2")
    file.write_text(written, "utf-8")
    (rung,) = (r for r in identity.Config(ladder=str(file)).rungs() if r.name == "same_phone")
    assert (rung.weight, rung.cap) == (0, 2)


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[1, 2]",
        '{"verb": "never", "records": [["crm", "ada@x.org"], ["x"]], "by": "a", "at": "", "why": "b"}',
        '{"verb": "never", "records": [["crm", "ada@x.org"], ["x", "9"]], "by": 7.5, "at": "", "why": "b"}',
        '{"verb": "never", "records": [["crm", "ada@x.org"], ["x", "9"]], "by": "a", "why": "b"}',
        '{"verb": "nver", "records": [["crm", "ada@x.org"], ["x", "9"]], "by": "a", "at": "", "why": "b"}',
    ],
)
def test_a_line_that_is_no_decision_is_told_by_file_and_line(tmp_path: Path, line: str):
    file = tmp_path / "decisions.jsonl"
    file.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(identity.DecisionError) as caught:
        identity.check({"decisions": str(file)})
    assert str(caught.value).startswith(f"{file}:2: ")
    assert "ada" not in str(caught.value)


def test_a_decisions_file_that_is_no_text_is_told(tmp_path: Path):
    file = tmp_path / "decisions.jsonl"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(identity.DecisionError, match="save it as such"):
        identity.check({"decisions": str(file)})


def test_a_model_that_is_none_is_told(tmp_path: Path):
    file = tmp_path / "model.json"
    for written in (None, "{}", "[]", "no json"):
        if written:
            file.write_text(written, "utf-8")
        with pytest.raises(identity.IdentityError, match="there is no model to read"):
            identity.check({"model": str(file)})


def test_a_decision_about_a_record_that_is_not_there_is_told_by_its_line(tmp_path: Path):
    file = tmp_path / "decisions.jsonl"
    identity.decide(file, "confirm", [("crm", "1"), ("crm", "2")], by="ann", why="x")
    identity.decide(file, "never", [("crm", "1"), ("shop", "nope")], by="ann", why="x")
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA identity")
        con.execute(
            "CREATE TABLE identity.clusters AS SELECT 'crm' AS source, unnest(['1', '2']) AS source_record_id"
        )
        (told,) = identity.strangers(con, file)
    assert told.startswith(f"{file}:2: there is no contact nope of source shop; mend")
