"""What the hub wrote into a CRM is taken out of its contacts: the macros, rendered onto DuckDB."""

import re
from pathlib import Path

import duckdb
import jinja2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from activation.echo import COLUMNS

MACROS = Path(__file__).parents[2] / "dbt_project" / "macros" / "activation" / "echo.sql"
TEXTS = ["full_name", "given_name", "family_name", "profile_url", "street", "city", "region",
         "postal_code", "country", "address", "company", "job_title", "bio", "location",
         "language"]  # fmt: skip


def mark(record_id, column, value, *, created, anchor=(None, None), theirs=None):
    given = ["crm", record_id, "c1", column, value, created, "2026-01-02T00:00:00.000+00:00",
             "2026-01-02T00:00:05.000+00:00", theirs, *anchor]  # fmt: skip
    return dict(zip(COLUMNS, given, strict=True))


def rendered(file):
    """The SQL of both macros, with dbt's own calls replaced."""
    source = re.sub(
        r"{% macro echo_files\(\) %}.*?{% endmacro %}", "", MACROS.read_text(), flags=re.S
    )
    source = re.sub(
        r"{% macro (without_echo|echoes)\(.*?\) %}{{ return.*?{% endmacro %}", "", source
    )
    body = (
        "@@with contacts as (from c) {{ duckdb__echoes() }} {{ duckdb__without_echo('contacts') }}"
    )
    known = {
        "echo_files": lambda: [file],
        "parquet": lambda files: f"read_parquet('{files[0]}')",
        "sql_text": lambda text: f"'{text}'",
    }
    return jinja2.Environment().from_string(source + body, globals=known).render().split("@@")[1]


@pytest.fixture
def contacts(tmp_path):
    shop = ("shop", "7")
    marks = [
        mark("1", None, None, created=True, anchor=shop),
        mark("1", "full_name", "Ada L", created=True, anchor=shop),
        mark("1", "emails", "Ada@x.org", created=True, anchor=shop),
        mark("1", "phones", "+33142", created=True, anchor=shop),
        mark("2", "city", "Paris", created=False, theirs="2025-06-01T00:00:00+00:00"),
        mark("3", "given_name", "Eve", created=False),
        mark("3", "family_name", "M", created=False),
        mark("4", "given_name", "Eve", created=False),
    ]
    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in COLUMNS.items()])
    file = tmp_path / "echo-contacts.parquet"
    pq.write_table(pa.Table.from_pylist(marks, schema=schema), file)
    db = duckdb.connect()
    columns = ", ".join(f"{name} varchar" for name in TEXTS)
    db.execute(
        f"create table c (source varchar, source_record_id varchar, {columns}, emails varchar[], "
        "phones varchar[], links varchar[], created_at timestamptz, updated_at timestamptz, "
        "attributes json)"
    )
    ours = "2026-01-02 00:00:03+00"
    for row in (
        ("crm", "1", "Ada L", "Lyon", ["ada@x.org", "own@x.org"], ["+33 142"], ours, ours, None),
        ("crm", "2", "Bob", "Paris", ["b@x.org"], [], "2020-01-01 00:00:00+00", ours, "{}"),
        ("shop", "7", "Ada L", "Paris", ["ada@x.org"], [], ours, ours, '{"a": 1}'),
    ):
        db.execute(
            "insert into c (source, source_record_id, full_name, city, emails, phones, "
            "created_at, updated_at, attributes) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
    names = "insert into c (source, source_record_id, full_name, given_name, family_name) "
    for number in ("3", "4"):
        db.execute(names + "values ('crm', ?, 'Eve M', 'Eve', 'M')", [number])
    found = db.execute(
        "select source || source_record_id, full_name, city, emails, phones, "
        "strftime(updated_at at time zone 'UTC', '%Y-%m-%d'), attributes ->> 'external_id' "
        f"from ({rendered(file)})"
    ).fetchall()
    return {row[0]: row[1:] for row in found}


def test_our_values_are_no_evidence_and_a_persons_stay(contacts):
    name, city, emails, phones, _, _ = contacts["crm1"]
    assert (name, city, emails, phones) == (None, "Lyon", ["own@x.org"], [])
    assert contacts["crm2"][:2] == ("Bob", None)


def test_the_time_of_our_write_is_not_the_records_newest(contacts):
    assert contacts["crm2"][4] == "2025-06-01"


def test_a_record_that_we_created_stays_tied_to_its_customer(contacts):
    assert contacts["crm1"][5] == contacts["shop7"][5] == "tessera:shop:7"


def test_records_of_other_sources_are_left_as_they_are(contacts):
    assert contacts["shop7"][:4] == ("Ada L", "Paris", ["ada@x.org"], [])


def test_a_full_name_made_of_two_that_we_wrote_is_our_echo_too(contacts):
    assert contacts["crm3"][0] is None
    assert contacts["crm4"][0] == "Eve M", "somebody else gave the family name"
