"""The gate lets whole generations through and stops broken ones, without a personal value."""

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import duckdb
import pytest

from expectations import Measures, Verdict, measure
from expectations.deferred import defer

CONTACTS = """
    create or replace view intermediate.contacts as
    select
        case when i % 2 = 0 then 'crm' else 'x' end as source, i::varchar as source_record_id,
        'person' as kind, 'Ann ' || i as full_name, null::varchar as handle,
        ['ann' || i || '@example.com'] as emails, ['+4930123' || i] as phones,
        []::varchar[] as links, []::varchar[] as handles, 'Bonn' as city,
        null::varchar as address, date '1980-01-01' as birth_date, false as deleted
    from range({rows}) as t(i)
"""
CUSTOMERS = """
    create or replace table marts.customers as
    select
        'c' || i as customer_id, 'Ann ' || i as full_name,
        'ann' || i || '@example.com' as primary_email, '+49301234' || (100 + i) as primary_phone,
        []::varchar[] as handles, 'Bonn' as city, ['crm'] as sources, 1 as source_count,
        1 as record_count, null::varchar as transaction_currency
    from range({rows}) as t(i)
"""
IDENTITIES = """
    create or replace table marts.customer_identities as
    select source, source_record_id, 'c' || source_record_id as customer_id
    from intermediate.contacts
"""


def build(folder: Path, rows: int, *changes: str) -> Path:
    file = folder / f"hub{rows}.duckdb"
    with duckdb.connect(str(file)) as warehouse:
        warehouse.execute("create schema intermediate; create schema marts")
        warehouse.execute(CONTACTS.format(rows=rows))
        warehouse.execute(CUSTOMERS.format(rows=rows))
        warehouse.execute(IDENTITIES)
        for change in changes:
            warehouse.execute(change)
    return file


def judge(now: Measures, last: Measures) -> list[Verdict]:
    # Imported here, or every worker that collects this file would import Great Expectations.
    from expectations.judge import judge

    return judge(now, last)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Measures:
    return measure(build(tmp_path_factory.mktemp("good"), 500))


def failed(now: Measures, last: Measures | None = None) -> set[tuple[str, str]]:
    return {(v.suite, v.aspect) for v in judge(now, last or {}) if not v.passed}


def test_a_whole_generation_passes_and_each_table_is_judged_in_five_aspects(good: Measures) -> None:
    assert len(judge(good, {})) == 10
    assert failed(good) == set()
    assert failed(good, good) == set()


def test_a_first_generation_may_be_empty_a_later_one_may_not(
    good: Measures, tmp_path: Path
) -> None:
    empty = measure(build(tmp_path, 0))
    assert failed(empty) == set()
    assert failed(empty, good) == {("contacts", "volume"), ("customers", "volume")}


def test_half_of_the_customers_gone_is_stopped_and_a_few_are_not(
    good: Measures, tmp_path: Path
) -> None:
    few = measure(build(tmp_path, 450))
    many = measure(build(tmp_path, 220))
    assert failed(few, good) == set()
    assert ("customers", "volume") in failed(many, good)


def test_one_source_gone_is_stopped_though_the_others_grew(good: Measures) -> None:
    now = deepcopy(good)
    now["contacts"].pop("rows.x")
    now["contacts"]["rows"] = now["contacts"]["rows.crm"] = 900.0
    assert failed(now, good) == {("contacts", "volume")}
    (verdict,) = (v for v in judge(now, good) if not v.passed)
    assert verdict.sentences == ["contacts of source x: 0, expected at least 125"]


@pytest.mark.parametrize(
    ("change", "stopped_by"),
    [
        ("insert into marts.customers from marts.customers limit 1", ("customers", "uniqueness")),
        ("update marts.customers set primary_email = 'jane'", ("customers", "formats")),
        ("update marts.customers set primary_phone = '030 1'", ("customers", "formats")),
        ("delete from marts.customer_identities limit 1", ("customers", "completeness")),
        ("update marts.customers set record_count = 0", ("customers", "completeness")),
        ("update marts.customers set city = null", ("customers", "drift")),
    ],
)
def test_a_broken_generation_is_stopped(
    good: Measures, tmp_path: Path, change: str, stopped_by: tuple[str, str]
) -> None:
    change = change.replace(" limit 1", " where source_record_id = '1'", change.count("delete"))
    assert failed(measure(build(tmp_path, 500, change)), good) == {stopped_by}


def test_a_table_that_cannot_be_measured_fails_rather_than_passes(good: Measures) -> None:
    now = deepcopy(good)
    now["customers"].pop("repeated_keys")
    assert failed(now) == {("customers", "uniqueness")}
    assert failed({}) != set()


def test_a_new_source_with_other_columns_is_no_drift(good: Measures) -> None:
    now = deepcopy(good)
    for measures in now.values():
        measures["rows"] *= 4
        for name in measures:
            if name.startswith("filled."):
                measures[name] /= 4
    assert failed(now, good) == set()


def test_no_value_of_a_row_is_in_what_the_gate_says(good: Measures, tmp_path: Path) -> None:
    change = "update marts.customers set primary_email = 'secret-jane', city = null"
    now = measure(build(tmp_path, 500, change))
    said = str(judge(now, good)) + str(now)
    assert "secret-jane" not in said
    assert "Bonn" not in said


def test_the_gate_as_a_process_says_the_same(good: Measures) -> None:
    asked = json.dumps({"now": good, "last": {}})
    command = [sys.executable, "-m", "expectations"]
    said = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    assert [verdict["passed"] for verdict in json.loads(said.stdout)] == [True] * 10


def test_what_is_deferred_is_whole_once_used() -> None:
    defer("wsgiref.handlers")
    from wsgiref import handlers

    unused = "SimpleHandler" not in object.__getattribute__(handlers, "__dict__")
    assert unused
    assert handlers.SimpleHandler.http_version == "1.0"
