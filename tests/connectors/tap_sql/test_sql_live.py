"""The real servers that ../shared/servers/legacy-sql.sh starts: PostgreSQL and MariaDB."""

from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from tests.live import start

SERVERS = {
    "postgresql": "postgresql://crm@127.0.0.1:5441/postgres",
    "mariadb": "mysql://crm:crm@127.0.0.1:3341/crm",
}
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def servers(shared: Path) -> None:
    start(shared, "legacy-sql")


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest, servers: None) -> str:
    return SERVERS[request.param]


@contextmanager
def table(url: str, name: str, *statements: str):
    """Make a table of our own in the server, and drop it again."""
    scheme, _, rest = url.partition("://")
    engine = sa.create_engine(f"{DRIVERS[scheme]}://{rest}", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        execute = lambda text: connection.exec_driver_sql(text.replace("TABLE", name))  # noqa: E731
        execute("drop table if exists TABLE")
        for statement in statements:
            execute(statement)
        try:
            yield execute
        finally:
            execute("drop table TABLE")


def test_ten_thousand_customers_arrive_exactly(run, url) -> None:
    done = run(url, table="customers")
    assert done.of("SCHEMA")[0]["key_properties"] == ["id"]
    records = {record["id"]: record for record in done.records()}
    assert len(records) == 10_000
    assert records[9999] == {
        "id": 9999,
        "email": "u9999@example.test",
        "full_name": "Zoë Müller 9999",
        "phone": "+49 30 009999",
        "birth": "1999-01-10",
        "balance": Decimal("1428.43"),
        "updated_at": "2025-01-10T00:00:00Z",
    }
    assert sum(record["balance"] for record in records.values()) == Decimal("7143571.43")


def test_batches_hold_the_same_rows(run, url, tmp_path) -> None:
    encoding = {"format": "parquet", "compression": "none"}
    batch = {"encoding": encoding, "storage": {"root": str(tmp_path)}, "batch_size": 4000}
    done = run(url, table="customers", more={"batch_config": batch})
    files = [message["manifest"][0] for message in done.of("BATCH")]
    assert len(files) == 3
    assert {message["encoding"]["format"] for message in done.of("BATCH")} == {"parquet"}
    paths = [file.removeprefix("file://") for file in files]
    total = duckdb.read_parquet(paths).aggregate("count(*), sum(balance)").fetchone()
    assert total == (10_000, Decimal("7143571.43"))


def test_a_replication_key_reads_only_what_is_new(run, url) -> None:
    at = "timestamp null default null"
    with table(
        url,
        "tessera_news",
        f"create table TABLE (id int primary key, at {at}, v varchar(9))",
        "insert into TABLE values (1, '2024-01-01 10:00:00', 'a'), (2, '2024-01-02 10:00:00', 'a')",
    ) as execute:
        settings = {"table": "tessera_news", "replication_key": "at"}
        first = run(url, **settings)
        assert [record["id"] for record in first.records()] == [1, 2]
        assert not run(url, first.state, **settings).records()
        execute("insert into TABLE values (3, '2024-01-02 09:59:30', 'late')")
        execute("insert into TABLE values (4, '2024-01-03 10:00:00', 'new'), (5, null, 'null')")
        execute("update TABLE set v = 'b', at = '2024-01-02 10:00:00' where id = 1")
        second = run(url, first.state, **settings)
        assert sorted(record["id"] for record in second.records()) == [1, 3, 4, 5]
        third = run(url, second.state, **settings)
        assert not third.records()
        assert third.state == second.state


def test_odd_types_arrive_exactly(run, url) -> None:
    if url.startswith("postgresql"):
        statements = (
            "create table TABLE (id bigint primary key, n numeric, d numeric(38,10), f float4, "
            "t timestamptz, j json, jb jsonb, a int[], u uuid, b bytea, tt time, i inet, x bool)",
            "insert into TABLE values (9007199254740993, 0.1234567890123456789, "
            "1234567890123456789012345678.0123456789, 0.1, '2024-07-01 12:00:00+02', "
            """'{"a":\n 1.10}', '{"big": 12345678901234567890.5}', '{1,null}', """
            "'00000000-0000-0000-0000-000000000001', '\\x00ff', '10:00', '10.0.0.1', true)",
        )
        expected = {
            "id": 9007199254740993,
            "n": "0.1234567890123456789",
            "d": Decimal("1234567890123456789012345678.0123456789"),
            "f": Decimal("0.1"),
            "t": "2024-07-01T10:00:00Z",
            "j": {"a": Decimal("1.10")},
            "jb": {"big": Decimal("12345678901234567890.5")},
            "a": [1, None],
            "u": "00000000-0000-0000-0000-000000000001",
            "b": "AP8=",
            "tt": "10:00:00",
            "i": "10.0.0.1",
            "x": True,
        }
    else:
        statements = (
            "set sql_mode = ''",
            "create table TABLE (id bigint unsigned primary key, d decimal(38,10), f float, "
            "ts timestamp, dt datetime(6), zero date, len time, bits bit(9), b varbinary(4), "
            "yes tinyint(1), n nvarchar(20))",
            "insert into TABLE values (18446744073709551615, "
            "1234567890123456789012345678.0123456789, 16777217.0, '2024-07-01 10:00:00', "
            "'2024-07-01 10:00:00.000001', '0000-00-00', '-100:00:01', b'100000001', x'00ff', 1, "
            "'名前')",
        )
        expected = {
            "id": 18446744073709551615,
            "d": Decimal("1234567890123456789012345678.0123456789"),
            "f": Decimal("16777216.0"),
            "ts": "2024-07-01T10:00:00Z",
            "dt": "2024-07-01T10:00:00.000001Z",
            "zero": None,
            "len": "-100:00:01",
            "bits": 257,
            "b": "AP8=",
            "yes": 1,
            "n": "名前",
        }
    with table(url, "tessera_odd", *statements):
        assert run(url, table="tessera_odd").records() == [expected]
        by_query = run(url, query="select * from tessera_odd", key="id").records()
        assert by_query[0]["id"] == expected["id"]
        assert by_query[0]["d"] == expected["d"]


def test_what_the_server_refuses_is_told_with_its_code(run, url) -> None:
    (missing,) = run(url, query="select * from tessera_gone").failures
    assert "a table or column is not there (code" in missing
    assert run(url, query="select 1 a, 2 a").failures
    (wrong,) = run(url, query="selec 1").failures
    assert "does not understand the query (code" in wrong
    (written,) = run(url, query="insert into customers values (0) returning id").failures
    assert "customers values" not in written
