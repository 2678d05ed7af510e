"""Readers see whole generations, switched at once, and never lose the one they read."""

import json
from pathlib import Path

import duckdb
import pytest

from serving import publish as publishing
from serving.publish import PublishError, current, publish, switch


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    fill(tmp_path, 1)
    return tmp_path


def fill(home: Path, customers: int) -> None:
    with duckdb.connect(home / "warehouse" / "hub.duckdb") as warehouse:
        warehouse.execute("create schema if not exists marts")
        warehouse.execute("create schema if not exists identity")
        warehouse.execute("create schema if not exists intermediate")
        warehouse.execute(
            f"create or replace table marts.customers as "
            f"select 'c' || i as customer_id, ['a', 'b'] as emails from range({customers}) t(i)"
        )
        warehouse.execute("create or replace table identity.edges as select 1 as weight")
        warehouse.execute("create or replace table identity.working_state as select 1 as x")
        warehouse.execute("create or replace view intermediate.contacts as select 1 as x")


def customers(home: Path) -> int:
    with duckdb.connect(home / "published" / "hub.duckdb", read_only=True) as hub:
        return hub.execute("select count(*) from marts.customers").fetchone()[0]


def test_marts_and_evidence_are_published_and_working_state_is_not(home: Path) -> None:
    published = publish(home, "g1", facts={"checks": 3})
    assert published.rows == {"identity.edges": 1, "marts.customers": 1}
    with duckdb.connect(home / "published" / "hub.duckdb", read_only=True) as hub:
        tables = {t for (t,) in hub.execute("select table_name from duckdb_tables()").fetchall()}
        row = hub.execute("select generation_id, customers, facts from marts.generation").fetchone()
    assert tables == {"customers", "edges", "generation"}
    assert (row[0], row[1], json.loads(row[2])["checks"]) == ("g1", 1, 3)
    assert current(home)["generation_id"] == "g1"
    assert current(home)["checks"] == 3


def test_a_reader_keeps_its_generation_until_it_opens_again(home: Path) -> None:
    publish(home, "g1", keep=1)
    reader = duckdb.connect((home / "published" / "hub.duckdb").resolve(), read_only=True)
    fill(home, 5)
    publish(home, "g2", keep=1)
    assert not (home / "published" / "generations" / "g1").exists()
    assert reader.execute("select count(*) from marts.customers").fetchone()[0] == 1
    reader.close()
    assert customers(home) == 5


def test_a_publish_that_breaks_anywhere_leaves_the_generation_before(home: Path) -> None:
    publish(home, "g1")
    fill(home, 5)

    def broken(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError):
        publish(home, "g2", also=[broken])
    assert customers(home) == 1
    publish(home, "g3")
    assert customers(home) == 5
    assert {f.name for f in (home / "published" / "generations").iterdir()} == {"g1", "g3"}


@pytest.mark.parametrize("step", ["_make_durable", "switch", "retire"])
def test_killed_between_any_two_steps_readers_see_old_or_new(
    home: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    publish(home, "g1")
    fill(home, 5)
    with monkeypatch.context() as killed:
        killed.setattr(publishing, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            publish(home, "g2")
    assert customers(home) == (5 if step == "retire" else 1)
    publish(home, "g4")
    assert customers(home) == 5


def test_what_a_hook_writes_is_part_of_the_generation(home: Path) -> None:
    def sidecar(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        connection.execute("create table hub.marts.extra as select 1 as x")
        (folder / "lookup.txt").write_text("x")

    file = publish(home, "g1", also=[sidecar]).file
    assert (file.parent / "lookup.txt").exists()
    with duckdb.connect(file, read_only=True) as hub:
        assert hub.execute("select x from marts.extra").fetchone() == (1,)
    assert {f.name for f in file.parent.iterdir()} >= {
        "generation.json",
        "hub.duckdb",
        "lookup.txt",
    }


def test_old_generations_go_and_the_one_in_use_stays(home: Path) -> None:
    for name in ("g1", "g2", "g3"):
        publish(home, name, keep=10)
    switch(home, "g1")
    publishing.retire(home, keep=1)
    assert {f.name for f in (home / "published" / "generations").iterdir()} == {"g1", "g3"}


@pytest.mark.parametrize("name", ["", "../x", ".x", "a b"])
def test_a_name_that_leads_elsewhere_is_refused(home: Path, name: str) -> None:
    with pytest.raises(PublishError, match="cannot name a generation"):
        publish(home, name)


def test_without_a_warehouse_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="missing; run dbt first"):
        publish(tmp_path, "g1")
    assert current(tmp_path) is None


def test_a_warehouse_in_use_is_not_copied_half(home: Path) -> None:
    import subprocess
    import sys

    hold = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); "
        "sys.stdin.read()"
    )
    warehouse = str(home / "warehouse" / "hub.duckdb")
    with subprocess.Popen(
        [sys.executable, "-c", hold, warehouse], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        writer.stdout.readline()
        with pytest.raises(PublishError, match="open in another program"):
            publish(home, "g1")
        writer.stdin.close()
