"""Real clients on the published file: SQLAlchemy, and twenty readers through ten refreshes."""

import subprocess
import sys
from pathlib import Path

import duckdb
import sqlalchemy

from serving.publish import publish
from serving.settings import Settings
from tests.serving.conftest import CUSTOMERS


def test_sqlalchemy_sees_tables_columns_and_meanings(published_once: Path) -> None:
    file = published_once / "published" / "hub.duckdb"
    engine = sqlalchemy.create_engine(
        f"duckdb:///{file}", connect_args={"read_only": True, "config": {"threads": 1}}
    )
    inspector = sqlalchemy.inspect(engine)
    assert {"customers", "interactions", "generation"} <= set(
        inspector.get_table_names(schema="marts")
    )
    columns = {c["name"]: c["type"] for c in inspector.get_columns("customers", schema="marts")}
    assert "full_name" in columns
    assert str(columns["transaction_total"]).startswith(("NUMERIC(38, 2)", "DECIMAL(38, 2)"))
    with engine.connect() as connection:
        query = sqlalchemy.text("select count(*), max(created_at) from marts.customers")
        count, newest = connection.execute(query).one()
    assert count == CUSTOMERS
    assert newest.year >= 2020
    engine.dispose()


READER = """
import sys, threading, duckdb
from pathlib import Path
link = Path(sys.argv[1])
stop, told = threading.Event(), []

def read():
    asked = wrong = 0
    while not stop.is_set():
        # The file itself: within one process DuckDB shares what it opened under the same path.
        with duckdb.connect(link.resolve(), read_only=True, config={"threads": 1}) as hub:
            for _ in range(3):
                row = hub.execute(
                    "select g.generation_id, g.customers, (select count(*) from marts.customers) "
                    "from marts.generation as g"
                ).fetchone()
                asked += 1
                wrong += row[1] != row[2]
        stop.wait(1)
    told.append((asked, wrong))

readers = [threading.Thread(target=read) for _ in range(5)]
for reader in readers:
    reader.start()
print("ready", flush=True)
sys.stdin.readline()
stop.set()
for reader in readers:
    reader.join()
print(len(told), sum(a for a, _ in told), sum(w for _, w in told), flush=True)
"""


def test_twenty_readers_through_ten_refreshes(home: Path) -> None:
    link = home / "published" / "hub.duckdb"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(link)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for reader in readers:
        assert reader.stdout.readline() == "ready\n"
    for number in range(2, 12):
        with duckdb.connect(home / "warehouse" / "hub.duckdb") as hub:  # Each has one fewer.
            fewer = "(select min(customer_id) from marts.customers)"
            hub.execute(f"delete from marts.customers where customer_id = {fewer}")
        publish(home, f"g{number}", settings=Settings(analyst=False, lookup=False))
    for reader in readers:
        threads, asked, wrong = map(int, reader.communicate("\n")[0].split())
        assert (threads, wrong) == (5, 0)
        assert asked > 0
    with duckdb.connect(link, read_only=True) as hub:
        assert hub.execute("select generation_id from marts.generation").fetchone() == ("g11",)
