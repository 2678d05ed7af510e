"""Real clients on the published PostgreSQL schema: psql, SQLAlchemy, JDBC."""

import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from serving.postgres import Settings, publish
from tests.serving.conftest import CUSTOMERS, Postgres

MARTS = {
    "consents",
    "customer_aliases",
    "customer_attributes",
    "customer_identities",
    "customers",
    "generation",
    "interactions",
    "transactions",
}


@pytest.fixture(scope="module")
def reader(published_once: Path, postgres: Postgres) -> str:
    """DSN of a person who may only read."""
    publish(published_once / "published" / "generations" / "g1", Settings(dsn=postgres.dsn))
    with psycopg.connect(postgres.dsn, autocommit=True) as server:
        server.execute("drop role if exists ann")
        server.execute("create role ann login password 'ann-secret' in role tessera_reader")
    return postgres.dsn.replace("owner:owner-secret", "ann:ann-secret")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (r"\dn", "marts"),
        (r"\dt marts.*", "customer_identities"),
        (r"\d marts.customers", "transaction_total"),
        (r"\d+ marts.customers", "Orders and subscriptions less refunds"),
        (r"\di marts.*", "customers_pkey"),
        (r"\dt+ marts.customers", "golden record"),
        (r"\dp marts.customers", "tessera_reader"),
        ("select count(*) from marts.customers", str(CUSTOMERS)),
        (r"\copy (select 1) to stdout", "1"),
        ("select generation_id from marts.generation", "g1"),
    ],
)
def test_psql(reader: str, command: str, told: str) -> None:
    if shutil.which("psql") is None:
        pytest.skip("no psql: apt-get install postgresql-client")
    done = subprocess.run(
        ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-c", command, reader],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert told in done.stdout


def test_sqlalchemy_sees_tables_columns_keys_and_meanings(reader: str) -> None:
    url = sqlalchemy.make_url(reader).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(url)
    inspector = sqlalchemy.inspect(engine)
    assert set(inspector.get_table_names(schema="marts")) == MARTS
    columns = {c["name"]: c for c in inspector.get_columns("customers", schema="marts")}
    assert isinstance(columns["handles"]["type"], sqlalchemy.dialects.postgresql.JSONB)
    assert str(columns["transaction_total"]["type"]) == "NUMERIC(38, 2)"
    assert columns["created_at"]["type"].timezone
    assert columns["kind"]["comment"]
    key = inspector.get_pk_constraint("customers", schema="marts")
    assert key["constrained_columns"] == ["customer_id"]
    assert inspector.get_indexes("interactions", schema="marts")
    known = sqlalchemy.MetaData(schema="marts")
    table = sqlalchemy.Table("customers", known, autoload_with=engine)
    with engine.connect() as connection:
        by = sqlalchemy.select(table.c.country, sqlalchemy.func.count()).group_by(table.c.country)
        assert sum(count for _, count in connection.execute(by)) == CUSTOMERS
    engine.dispose()


JDBC = """
import java.sql.*;
public class Ask {
    public static void main(String[] given) throws Exception {
        try (Connection c = DriverManager.getConnection(given[0], "ann", "ann-secret")) {
            DatabaseMetaData about = c.getMetaData();
            ResultSet tables = about.getTables(null, "marts", "%", new String[] {"TABLE"});
            while (tables.next()) System.out.println("table " + tables.getString("TABLE_NAME"));
            ResultSet columns = about.getColumns(null, "marts", "customers", "transaction_total");
            while (columns.next())
                System.out.println("type " + columns.getInt("DATA_TYPE") + " "
                    + columns.getInt("DECIMAL_DIGITS"));
            PreparedStatement asked = c.prepareStatement(
                "select sum(transaction_total), count(*), max(created_at) "
                + "from marts.customers where kind = ?");
            asked.setString(1, "person");
            ResultSet row = asked.executeQuery();
            row.next();
            System.out.println("sum " + row.getBigDecimal(1) + " " + row.getLong(2) + " "
                + row.getObject(3, java.time.OffsetDateTime.class));
        }
    }
}
"""


def test_jdbc(reader: str, postgres: Postgres, tmp_path: Path) -> None:
    driver = Path("/usr/share/java/postgresql.jar")
    if shutil.which("java") is None or not driver.exists():
        pytest.skip("no JDBC: apt-get install default-jdk-headless libpostgresql-jdbc-java")
    source = tmp_path / "Ask.java"
    source.write_text(JDBC)
    url = f"jdbc:postgresql://127.0.0.1:{postgres.port}/postgres?sslmode=require"
    done = subprocess.run(
        ["java", "-cp", str(driver), str(source), url], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert {line.split()[1] for line in lines if line.startswith("table")} == MARTS
    assert "type 2 2" in lines  # NUMERIC with two decimal digits
    with psycopg.connect(reader) as server:
        expected = server.execute(
            "select sum(transaction_total), count(*) from marts.customers where kind = 'person'"
        ).fetchone()
    assert lines[-1].startswith(f"sum {expected[0]} {expected[1]} 20")
