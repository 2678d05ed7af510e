"""Any table or query, by snapshot or by replication key: what holds for every database."""

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine

from connectors.tap_base.errors import TapError
from connectors.tap_sql.kinds import clock, decimal, mysql_value
from connectors.tap_sql.tap import TapSql

CUSTOMERS = "create table customers (id integer primary key, name text, balance numeric(12,2))"


def ids(run) -> list[int]:
    return [record["id"] for record in run.records()]


def test_a_table_is_a_snapshot_under_its_own_key(run, sqlite) -> None:
    url = sqlite(CUSTOMERS, "insert into customers values (1, 'Zoë', 1.5), (2, null, null)")
    first = run(url, table="customers")
    assert first.of("SCHEMA")[0]["key_properties"] == ["id"]
    assert first.records()[0] == {"id": 1, "name": "Zoë", "balance": Decimal("1.5")}
    kinds = [message["type"] for message in first.messages]
    assert kinds == ["SCHEMA", "RECORD", "RECORD", "ACTIVATE_VERSION", "STATE"]
    sqlite("delete from customers where id = 2")
    second = run(url, first.state, table="customers")
    assert ids(second) == [1]
    assert second.of("ACTIVATE_VERSION")[0]["version"] > first.of("ACTIVATE_VERSION")[0]["version"]


def test_without_streams_every_table_is_one(run, sqlite) -> None:
    done = run(sqlite(CUSTOMERS, "create table orders (id text primary key)"))
    assert [message["stream"] for message in done.of("SCHEMA", "customers")] == ["customers"]
    assert done.of("SCHEMA", "orders")[0]["key_properties"] == ["id"]


def test_a_query_may_hold_whatever_the_database_understands(run, sqlite) -> None:
    url = sqlite(CUSTOMERS, "insert into customers values (1, 'a:b %s', 2), (2, 'x', 3)")
    text = "with c as (select * from customers) select id, name, id * 2 as twice from c\n"
    done = run(url, query=text + "where name like 'a:b %' -- why;\n", key="id")
    assert done.records() == [{"id": 1, "name": "a:b %s", "twice": 2}]
    assert done.of("SCHEMA")[0]["key_properties"] == ["id"]


def test_columns_of_sqlite_are_typed_by_what_is_in_them(run, sqlite) -> None:
    url = sqlite(
        "create table t (id integer, flag boolean, at datetime, day date, odd datetime, mix, "
        "blob blob, big integer, price decimal(10,2))",
        "insert into t values (1, 1, '2024-01-01 10:00:00', '2024-01-01', '1/2/2024', 5, x'00ff', "
        "9223372036854775807, 10), (2, 0, null, null, null, 'x', null, null, 2.25)",
    )
    done = run(url, table="t", key="id")
    found = {
        name: (field["type"], field.get("format")) for name, field in done.properties().items()
    }
    assert found["flag"] == (["boolean", "null"], None)
    assert found["at"] == (["string", "null"], "date-time")
    assert found["day"] == (["string", "null"], "date")
    assert found["odd"] == (["string", "null"], None)
    assert "object" in found["mix"][0]
    assert done.properties()["price"]["multipleOf"] == Decimal("0.01")
    record = done.records()[0]
    assert record["flag"] is True
    assert record["big"] == 2**63 - 1
    assert record["blob"] == "AP8="


def test_text_that_is_no_utf8_reaches_the_target_as_such(run, sqlite) -> None:
    url = sqlite(
        "create table t (id integer, name text)", "insert into t values (1, cast(x'ff' as text))"
    )
    assert run(url, table="t", key="id").records() == [{"id": 1, "name": "\udcff"}]


@pytest.mark.parametrize("kind", ["integer", "date", "datetime", "text"])
def test_a_replication_key_reads_only_what_is_new_and_forgets_no_late_row(
    run, sqlite, kind
) -> None:
    values = ["10", "20", "30"] if kind == "integer" else ["2024-01-01", "2024-01-02", "2024-01-03"]
    values = values if kind == "integer" else [f"'{value}'" for value in values]
    url = sqlite(
        f"create table t (id integer primary key, at {kind}, v text)",
        f"insert into t values (2, {values[1]}, 'a'), (1, {values[0]}, 'a'), (0, null, 'a')",
    )
    settings = {"table": "t", "replication_key": "at"}
    first = run(url, **settings)
    assert sorted(ids(first)) == [0, 1, 2]
    assert not first.of("ACTIVATE_VERSION")
    unchanged = run(url, first.state, **settings)
    assert not unchanged.records()
    assert unchanged.state == first.state
    sqlite(
        f"insert into t values (3, {values[1]}, 'late'), (4, {values[2]}, 'new')",
        "update t set v = 'changed' where id = 2",
        "insert into t values (5, null, 'null')",
    )
    second = run(url, first.state, **settings)
    assert sorted(ids(second)) == [2, 3, 4, 5]
    assert not run(url, second.state, **settings).records()


def test_a_snapshot_goes_into_batches_that_keep_every_digit(run, sqlite, tmp_path: Path) -> None:
    url = sqlite(
        "create table t (id integer primary key, price decimal(10,2), name text)",
        "insert into t values (9007199254740993, 1.1, 'a'), (2, 2, 'b')",
    )
    batch = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": str(tmp_path)},
    }
    done = run(url, table="t", more={"batch_config": batch})
    (message,) = done.of("BATCH")
    rows = duckdb.sql(
        f"select id, price::varchar from read_json('{message['manifest'][0]}') order by id"
    )
    assert rows.fetchall() == [(2, "2.0"), (9007199254740993, "1.1")]
    assert [m["type"] for m in done.messages] == ["SCHEMA", "BATCH", "ACTIVATE_VERSION", "STATE"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"table": "gone"}, "tap-sql: s: there is no such table; check 'table' and its schema"),
        ({"query": "select * from gone"}, "check 'url' and the server, and run again"),
        ({"table": "customers", "key": "ident"}, "there is no column 'ident'; there are id, name"),
        ({"table": "customers", "query": "select 1"}, "it names a table and a query"),
    ],
)
def test_a_stream_that_cannot_be_read_fails_in_a_sentence(run, sqlite, settings, sentence) -> None:
    (failure,) = run(sqlite(CUSTOMERS), **settings).failures
    assert sentence in failure


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:////nowhere/crm.db", "there is no such SQLite file"),
        ("s3cret", "'url' is no database URL"),
        ("nosuch://u:s3cret@host/db", "there is no database called 'nosuch'"),
        ("oracle://u:s3cret@host/db", "is not installed; install it beside tessera"),
        ("postgresql://u:s3cret@127.0.0.1:1/db", "cannot be reached"),
        ("mysql://u:s3cret@127.0.0.1:1/db", "cannot be reached"),
    ],
)
def test_a_database_that_cannot_be_had_is_told_without_its_password(run, url, sentence) -> None:
    with pytest.raises(TapError) as caught:
        run(url, table="t")
    assert sentence in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_the_database_is_never_written(run, sqlite) -> None:
    url = sqlite(CUSTOMERS, "insert into customers values (1, 'a', 1)")
    path = Path(url.removeprefix("sqlite:///"))
    before = path.read_bytes()
    assert run(url, query="insert into customers values (2, 'b', 2)", key="id").failures
    assert path.read_bytes() == before
    assert create_engine(url)


def test_decimals_say_their_step_as_far_as_it_is_known() -> None:
    assert decimal(12, 2) == {"type": ["number", "null"], "multipleOf": 0.01}
    assert decimal(None, None)["format"] == "singer.decimal"
    assert decimal(10, 0) == {"type": ["integer", "null"]}
    assert decimal(30, 0)["maximum"] == 10**30


def test_what_mysql_means_is_what_arrives() -> None:
    from datetime import timedelta

    assert mysql_value("0000-00-00 00:00:00") is None
    assert clock(timedelta(hours=-838, minutes=-59, seconds=-59)) == "-838:59:59"
    assert clock(timedelta(hours=1, microseconds=5)) == "01:00:00.000005"


def test_the_check_counts_rows_and_names_what_cannot_be_reached(sqlite, tmp_path, capsys) -> None:
    url = sqlite("create table s (id integer primary key, at text)", "insert into s values (1, 2)")
    report = TapSql(config={"url": url}).check()
    assert report.ok
    assert [(s.name, s.rows, s.at_least) for s in report.streams] == [("s", 1, False)]
    missing = {"url": url, "streams": {"t": {"table": "nowhere"}, "s": {}}}
    refused = TapSql(config=missing).check()
    assert (refused.ok, refused.reachable) == (False, True)
    assert {s.name: bool(s.error) for s in refused.streams} == {"t": True, "s": False}
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"url": "postgresql://crm:hush-hush@127.0.0.1:9/none"}))
    with pytest.raises(SystemExit) as ended:
        TapSql.cli(["--config", str(config), "--check"])
    told = capsys.readouterr().out
    assert ended.value.code == 1
    assert json.loads(told)["reachable"] is False
    assert "hush" not in told


def test_a_database_that_is_not_there_is_one_sentence_to_discover(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"url": f"sqlite:///{tmp_path}/none.db", "streams": {"t": {}}}))
    done = CliRunner().invoke(TapSql.cli, ["--config", str(config), "--discover"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "there is no such SQLite file" in caplog.messages[-1]
