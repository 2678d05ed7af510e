"""Real clients on the published file: SQLAlchemy, and twenty readers through ten refreshes."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import sqlalchemy

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
import sys, duckdb
file = sys.argv[1]
print("ready", flush=True)
asked = wrong = 0
seen = set()
import os, select
while not select.select([sys.stdin], [], [], 0.2)[0]:
    try:
        with duckdb.connect(file, read_only=True, config={"threads": 1}) as hub:
            for _ in range(3):
                row = hub.execute(
                    "select g.generation_id, g.customers, (select count(*) from marts.customers) "
                    "from marts.generation as g"
                ).fetchone()
                asked += 1
                seen.add(row[0])
                wrong += row[1] != row[2]
    except Exception as error:
        print("error", type(error).__name__, error, flush=True)
        wrong += 1
print(asked, wrong, len(seen), flush=True)
"""


def test_twenty_readers_through_ten_refreshes(home: Path, refresh: Callable[..., str]) -> None:
    file = str(home / "published" / "hub.duckdb")
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(20)
    ]
    for reader in readers:
        assert reader.stdout.readline() == "ready\n"
    for _ in range(10):
        refresh(keep=1)
    told = [reader.communicate("\n")[0].splitlines() for reader in readers]
    for lines in told:
        assert len(lines) == 1, lines
        asked, wrong, _ = map(int, lines[0].split())
        assert asked > 0
        assert wrong == 0
    with duckdb.connect(file, read_only=True) as hub:
        assert hub.execute("select generation_id from marts.generation").fetchone() == ("g11",)
