"""What an audience may not see is not in its file; what is left still joins."""

from pathlib import Path

import duckdb
import pytest

from serving import catalog
from serving.audiences import UnhashableKeyError, pepper
from serving.publish import publish
from serving.settings import Settings, SettingsError
from tests.serving.conftest import CUSTOMERS


@pytest.fixture
def analyst(published_once: Path) -> duckdb.DuckDBPyConnection:
    with duckdb.connect(published_once / "published" / "analyst.duckdb", read_only=True) as hub:
        yield hub


def texts(hub: duckdb.DuckDBPyConnection) -> str:
    tables = hub.execute(
        "select schema_name, table_name from duckdb_tables() where table_name <> 'generation'"
    ).fetchall()
    rows = [hub.execute(f'from "{s}"."{t}"').fetchall() for s, t in tables]
    return repr(rows)


def test_no_personal_value_is_in_the_analysts_file(analyst: duckdb.DuckDBPyConnection) -> None:
    held = texts(analyst)
    for personal in ("@example.com", "+4930", "user_", "Message", "High Street", "crm-", "x-post"):
        if personal == "x-post":
            continue  # Ids of posts are not tagged in the dbt project.
        assert personal not in held
    schemas = analyst.execute("select distinct schema_name from duckdb_tables()").fetchall()
    assert schemas == [("marts",)]


def test_hashed_keys_join_as_the_real_ones_do(
    analyst: duckdb.DuckDBPyConnection, published_once: Path
) -> None:
    query = (
        "select count(*) from marts.consents as c inner join marts.customer_identities as i "
        "on c.source = i.source and c.source_record_id = i.source_record_id"
    )
    with duckdb.connect(published_once / "published" / "hub.duckdb", read_only=True) as hub:
        expected = hub.execute(query).fetchone()
    assert analyst.execute(query).fetchone() == expected
    assert expected[0] > 0
    key = analyst.execute("select source_record_id from marts.consents").fetchone()[0]
    assert len(key) == 32


def test_keys_need_the_hubs_secret(published_once: Path, tmp_path: Path) -> None:
    secret = pepper(published_once)
    assert secret == pepper(published_once)
    assert secret != pepper(tmp_path)
    assert (published_once / "serving" / "pepper").stat().st_mode & 0o077 == 0


def test_a_column_that_nobody_described_stays_out(home: Path) -> None:
    with duckdb.connect(home / "warehouse" / "hub.duckdb") as warehouse:
        warehouse.execute("alter table marts.customers add column shoe_size integer default 42")
        warehouse.execute("create table marts.mystery as select 'Ana' as name")
    publish(home, "g2")
    with duckdb.connect(home / "published" / "analyst.duckdb", read_only=True) as hub:
        columns = {c for (c,) in hub.execute("select column_name from duckdb_columns()").fetchall()}
        tables = {t for (t,) in hub.execute("select table_name from duckdb_tables()").fetchall()}
    assert "shoe_size" not in columns
    assert "mystery" not in tables


def test_tags_are_read_as_the_project_writes_them(tmp_path: Path) -> None:
    (tmp_path / "marts").mkdir()
    (tmp_path / "marts" / "a.yml").write_text(
        "models: [{name: m, columns: [{name: x_id, config: {meta: {personal: true}}}, "
        "{name: y, meta: {personal: true}}, {name: z, meta: {personal: key}}, {name: w}]}]"
    )
    columns = catalog.read(tmp_path)["m"].columns
    assert {name: c.personal for name, c in columns.items()} == {
        "x_id": "key",
        "y": "yes",
        "z": "key",
        "w": "no",
    }


def test_a_personal_key_that_is_no_text_stops_the_publication(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = catalog.read()
    real["customers"].columns["followers"] = catalog.Column("", "key")
    monkeypatch.setattr(catalog, "read", lambda: real)
    with pytest.raises(UnhashableKeyError, match="followers"):
        publish(home, "g2")
    with duckdb.connect(home / "published" / "hub.duckdb", read_only=True) as hub:
        assert hub.execute("select generation_id from marts.generation").fetchone() == ("g1",)


def test_files_say_what_their_columns_mean(analyst: duckdb.DuckDBPyConnection) -> None:
    comment = analyst.execute(
        "select comment from duckdb_columns() where table_name = 'customers' "
        "and column_name = 'transaction_total'"
    ).fetchone()
    assert "refunds" in comment[0]


def test_parquet_is_exported_per_audience(home: Path) -> None:
    file = publish(home, "g2", settings=Settings(parquet=True)).file
    parquet = file.parent / "parquet"
    full = duckdb.sql(f"from '{parquet}/operator/customers.parquet'")
    assert len(full.fetchall()) == CUSTOMERS
    assert "full_name" in full.columns
    assert "full_name" not in duckdb.sql(f"from '{parquet}/analyst/customers.parquet'").columns


def test_settings_are_checked() -> None:
    with pytest.raises(SettingsError, match="parkett"):
        Settings.read({"parkett": True})
