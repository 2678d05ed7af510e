"""PostgreSQL shows whole generations, with exact types, and never half of one."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import msgspec
import psycopg
import pytest

from serving.postgres import PostgresError, Settings, publish
from serving.postgres import publishing as module
from tests.serving.conftest import CUSTOMERS, Postgres


@pytest.fixture
def settings(postgres: Postgres, request: pytest.FixtureRequest) -> Settings:
    """A schema of the test's own."""
    return Settings(dsn=postgres.dsn, schema=f"m{abs(hash(request.node.name)) % 10**9}")


def generation(home: Path, name: str = "g1") -> Path:
    return home / "published" / "generations" / name


def ask(settings: Settings, query: str) -> list[tuple]:
    with psycopg.connect(settings.dsn) as server:
        server.execute(f"set search_path = {settings.schema}")
        return server.execute(query).fetchall()


def test_rows_arrive_whole_and_types_exact(home: Path, settings: Settings) -> None:
    assert "customers" in publish(generation(home), settings).copied
    with duckdb.connect(generation(home) / "hub.duckdb", read_only=True) as hub:
        hub.execute("set timezone = 'UTC'")
        columns = "customer_id, emails, birth_date, transaction_total, created_at, verified, bio"
        ours = hub.execute(f"select {columns} from marts.customers order by 1").fetchall()
        sums = hub.execute("select sum(amount), count(*) from marts.transactions").fetchone()
    assert ask(settings, f"select {columns} from customers order by 1") == ours
    assert ask(settings, "select sum(amount), count(*) from transactions")[0] == sums
    types = dict(
        ask(
            settings,
            "select column_name, data_type from information_schema.columns "
            f"where table_schema = '{settings.schema}' and table_name = 'customers'",
        )
    )
    assert types["handles"] == "jsonb"
    assert types["emails"] == "ARRAY"
    assert types["created_at"] == "timestamp with time zone"
    handles = ask(settings, "select distinct handles -> 0 ->> 'platform' from customers")
    assert ("x",) in handles


def test_hostile_values_survive(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "generations" / "odd"
    folder.mkdir(parents=True)
    with duckdb.connect(folder / "hub.duckdb") as hub:
        hub.execute("create schema marts")
        hub.execute(
            """create table marts.odd as select
            170141183460469231731687303715884105727::hugeint as big,
            sum(2::hugeint) as summed,
            99999999999999999999999999999999.999999::decimal(38, 6) as exact,
            '' as empty, null::varchar as missing, 'a' || chr(0) || 'b' as nul,
            'a,"b"\n' || chr(13) as quotes,
            ['x', null, 'a"b\\c,{}', ''] as list, []::varchar[] as nothing,
            null::varchar[] as no_list, [1, null] as numbers,
            '{"a": "x\\u0000\\u0000y", "b": "\\\\u0000"}'::json as document,
            {'name': 'O''Neil' || chr(0), 'deep': [{'n': 1}]} as struct, map {'k': 1.5} as mapped,
            'nan'::double as odd_number, -0.1::double as tenth,
            timestamptz '2026-01-01 00:00:00.123456+02' as at,
            '\\xAA00'::blob as bytes, interval 3 month as span, date '0044-03-15 (BC)' as ides,
            chr(8238) || 'rtl' as rtl"""
        )
    (folder / "hashes.json").write_text("{}")
    publish(folder, settings)
    row = ask(
        settings,
        "select big, summed, exact, empty, missing, nul, quotes, list, nothing, no_list, numbers, "
        "document ->> 'a', document ->> 'b', struct ->> 'name', mapped ->> 'k', "
        "odd_number::text, tenth, "
        "at at time zone 'UTC', encode(bytes, 'hex'), span::text, ides::text, rtl from odd",
    )[0]
    assert row[0] == 2**127 - 1
    assert row[1] == 2
    assert str(row[2]) == "99999999999999999999999999999999.999999"
    assert row[3:7] == ("", None, "ab", 'a,"b"\n\r')
    assert row[7:11] == (["x", None, 'a"b\\c,{}', ""], [], None, [1, None])
    assert row[11:13] == ("x��y", "\\u0000")
    assert row[13:17] == ("O'Neil�", "1.5", "NaN", -0.1)
    assert str(row[17]) == "2025-12-31 22:00:00.123456"
    assert row[18:] == ("aa3030", "3 mons", "0044-03-15 BC", chr(8238) + "rtl")


def test_unchanged_tables_are_not_copied_again(
    home: Path, settings: Settings, refresh: Callable[..., str]
) -> None:
    publish(generation(home), settings)
    before = ask(settings, "select 'consents'::regclass::oid")
    carried = publish(generation(home, refresh()), settings)
    assert {"consents", "customer_aliases", "transactions"} <= set(carried.kept)
    assert {"customers", "generation"} <= set(carried.copied)
    assert ask(settings, "select 'consents'::regclass::oid") == before
    assert ask(settings, "select generation_id from generation") == [("g2",)]
    assert ask(settings, "select count(*) from customers") == [(CUSTOMERS,)]


@contextmanager
def amid_copying(monkeypatch: pytest.MonkeyPatch, deed: Callable[[int], None]) -> Iterator[None]:
    """Before one of the tables is copied, something happens to the process that serves us."""
    real = module.copy_table

    def copy(source: object, target: psycopg.Connection, *rest: object) -> None:
        if rest[1] == "interactions":
            deed(target.info.backend_pid)
        real(source, target, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(module, "copy_table", copy)
        yield


def test_a_lost_connection_leaves_the_generation_before(
    home: Path,
    settings: Settings,
    refresh: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(generation(home), settings)
    second = generation(home, refresh())

    def cut(pid: int) -> None:
        with psycopg.connect(settings.dsn, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s)", [pid])

    kept = pytest.raises(PostgresError, match="keeps the generation before")
    with amid_copying(monkeypatch, cut), kept:
        publish(second, settings)
    assert ask(settings, "select generation_id from generation") == [("g1",)]
    publish(second, settings)
    assert ask(settings, "select generation_id from generation") == [("g2",)]


def test_a_server_that_hangs_is_given_up_and_the_generation_before_stays(
    home: Path,
    settings: Settings,
    refresh: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(generation(home), settings)
    second = generation(home, refresh())
    stopped = []

    def hang(pid: int) -> None:
        stopped.append(pid)
        os.kill(pid, signal.SIGSTOP)

    try:
        given_up = pytest.raises(PostgresError, match=r"has not answered for 0\.4 seconds")
        with amid_copying(monkeypatch, hang), given_up:
            publish(second, msgspec.structs.replace(settings, patience=0.4))
        assert ask(settings, "select generation_id from generation") == [("g1",)]
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    # It finds the connection cut, and lets go of its locks.
    gone = f"select count(*) from pg_stat_activity where pid = {stopped[0]}"
    while ask(settings, gone) != [(0,)]:
        pass
    publish(second, settings)
    assert ask(settings, "select generation_id from generation") == [("g2",)]


def test_a_lock_on_what_is_in_the_way_is_not_waited_for_long(
    home: Path, settings: Settings
) -> None:
    publish(generation(home), settings)
    with psycopg.connect(settings.dsn) as other:
        other.execute(f"create schema {settings.schema}_next")
        other.execute(f"create table {settings.schema}_next.customers (x int)")
        other.commit()
        other.execute(f"lock table {settings.schema}_next.customers")
        impatient = f"{settings.dsn}?options=-c%20lock_timeout%3D200ms"
        with pytest.raises(PostgresError, match="held a lock for too long"):
            publish(generation(home), msgspec.structs.replace(settings, dsn=impatient))
    assert ask(settings, "select generation_id from generation") == [("g1",)]


def test_a_long_reader_neither_blocks_the_swap_nor_loses_its_tables(
    home: Path, settings: Settings, refresh: Callable[..., str]
) -> None:
    publish(generation(home), settings)
    second = generation(home, refresh())
    with psycopg.connect(settings.dsn) as reader:
        reader.execute(f"set search_path = {settings.schema}")
        reader.execute("select count(*) from customers").fetchone()
        reader.execute("select count(*) from consents").fetchone()
        publish(second, settings)
        assert reader.execute("select generation_id from generation").fetchone() == ("g2",)
        reader.commit()
    assert ask(settings, "select generation_id from generation") == [("g2",)]
    assert ask(settings, "select count(*) from consents")[0][0] > 0
    old = f"select nspname from pg_namespace where nspname like '{settings.schema}\\_old%'"
    assert len(ask(settings, old)) == 1
    publish(second, settings)
    assert ask(settings, old) == []


def test_a_view_that_somebody_made_is_not_dropped(
    home: Path, settings: Settings, refresh: Callable[..., str]
) -> None:
    publish(generation(home), settings)
    view = f"public.view_{settings.schema}"
    with psycopg.connect(settings.dsn) as server:
        server.execute(f"create view {view} as select count(*) from {settings.schema}.customers")
    publish(generation(home, refresh()), settings)
    assert ask(settings, f"select * from {view}") == [(CUSTOMERS,)]


def test_readers_may_read_and_nothing_else(home: Path, settings: Settings) -> None:
    publish(generation(home), settings)
    with psycopg.connect(settings.dsn, autocommit=True) as server:
        server.execute("set role tessera_reader")
        server.execute(f"select * from {settings.schema}.customers limit 1")
        for forbidden in ("delete from {0}.customers", "create table {0}.mine (x int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                server.execute(forbidden.format(settings.schema))


def test_analysts_get_no_personal_columns(home: Path, settings: Settings) -> None:
    only = Settings(dsn=settings.dsn, schema=settings.schema, audience="analyst")
    publish(generation(home), only)
    columns = {
        row[0]
        for row in ask(
            settings,
            "select column_name from information_schema.columns "
            f"where table_schema = '{settings.schema}'",
        )
    }
    assert not columns & {"full_name", "emails", "primary_email", "text", "handles"}


def test_tls_is_verified_and_a_wrong_password_refused(postgres: Postgres) -> None:
    from serving.postgres.connection import connect

    verified = f"{postgres.dsn}?sslmode=verify-full&sslrootcert={postgres.folder}/server.crt"
    with connect(verified) as server:
        used = server.execute(
            "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()"
        ).fetchone()
        assert used is not None and used[0]
        stored = server.execute("select rolpassword from pg_authid where rolname = 'owner'")
        assert stored.fetchone()[0].startswith("SCRAM-SHA-256$")
    with pytest.raises(PostgresError) as refused:
        connect(postgres.dsn.replace("owner-secret", "wrong-secret"))
    assert "secret" not in str(refused.value)
    with pytest.raises(PostgresError):
        connect(f"{postgres.dsn}?sslmode=verify-full&sslrootcert=system")


def test_a_server_elsewhere_must_prove_itself() -> None:
    from serving.postgres.connection import safe

    assert "sslmode=verify-full" in safe("postgresql://u@db.example.com/x")
    assert "require_auth=scram-sha-256" in safe("postgresql://u@db.example.com/x")
    with pytest.raises(PostgresError, match="verify-full"):
        safe("postgresql://u@db.example.com/x?sslmode=require")


def test_two_publications_do_not_mix(home: Path, settings: Settings) -> None:
    from serving.postgres import ledger
    from serving.postgres.connection import connect

    with (
        connect(settings.dsn) as other,
        ledger.alone(other, settings.schema),
        pytest.raises(PostgresError, match="under way"),
    ):
        publish(generation(home), settings)


def test_twenty_clients_read_whole_generations_through_ten_swaps(
    home: Path, settings: Settings, refresh: Callable[..., str]
) -> None:
    publish(generation(home), settings)
    generations = [generation(home), generation(home, refresh())]
    expected = {}
    for folder in generations:
        with duckdb.connect(folder / "hub.duckdb", read_only=True) as hub:
            expected[folder.name] = hub.execute(
                "select count(*) from marts.interactions"
            ).fetchone()[0]
    stop = threading.Event()
    wrong: list[object] = []
    asked = [0]

    def client() -> None:
        query = (
            f"select g.generation_id, (select count(*) from {settings.schema}.interactions) "
            f"from {settings.schema}.generation as g"
        )
        try:
            with psycopg.connect(settings.dsn, autocommit=True) as server:
                while not stop.is_set():
                    row = server.execute(query).fetchone()
                    asked[0] += 1
                    stop.wait(0.01)
                    if row is None or expected[row[0]] != row[1]:
                        wrong.append(row)
        except Exception as error:
            wrong.append(error)

    clients = [threading.Thread(target=client) for _ in range(20)]
    for each in clients:
        each.start()
    for turn in range(10):
        publish(generations[(turn + 1) % 2], settings)
    stop.set()
    for each in clients:
        each.join()
    assert wrong == []
    assert asked[0] > 100
