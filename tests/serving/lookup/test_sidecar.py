"""The sidecar says what the generation says, whether built from nothing or brought along."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.serving.made_up import make_warehouse
from serving.lookup import MalformedKeyError, bring_to, build, change, key, key_index, store
from serving.lookup.keys import KEYS_SQL, keys_of, number, number_sql
from serving.lookup.profiles import merged
from serving.lookup.reader import Merged, Reader
from serving.publish import publish
from tests.serving.conftest import CUSTOMERS


def content(home: Path) -> tuple[dict[str, bytes], set[tuple[int, int]], dict[str, str]]:
    """Documents, key pairs and aliases, as both files together have them."""
    found, _ = store.open_to_read(home)
    documents = dict(found.execute("select customer_id, document from main.profiles").fetchall())
    later = found.execute("select customer_id, document, whole from changes.profiles").fetchall()
    assert len(later) == len({customer for customer, *_ in later})
    for customer, document, whole in later:
        documents[customer] = document if whole else merged(documents[customer], document)
    pairs = set()
    for (entries,) in found.execute("select entries from slots"):
        for row in np.frombuffer(entries, dtype="<i8").reshape(-1, 2):
            pairs.add((int(row[0]), int(row[1])))
    for one, customer, present in found.execute("select * from changes.keys").fetchall():
        (pairs.add if present else pairs.discard)((one, customer))
    aliases = dict(found.execute("select * from aliases").fetchall())
    found.close()
    return {i: _sorted(d) for i, d in documents.items() if d is not None}, pairs, aliases


def _sorted(document: bytes) -> bytes:
    read = msgspec.json.decode(document)
    for part in ("identities", "consents"):
        read[part].sort(key=repr)
    return msgspec.json.encode(read)


def test_bringing_along_ends_where_a_build_from_nothing_does(
    home: Path, refresh: Callable[..., str]
) -> None:
    def change_more(warehouse: duckdb.DuckDBPyConnection) -> None:
        some = "(select customer_id from marts.customers order by customer_id limit 5)"
        for table in ("customers", "customer_identities", "consents"):
            warehouse.execute(f"delete from marts.{table} where customer_id in {some}")
        warehouse.execute(
            "update marts.customers set emails = ['new' || customer_id || '@example.net'] "
            "where customer_id in (select customer_id from marts.customers limit 7)"
        )
        warehouse.execute(
            "update marts.customer_identities set customer_id = "
            "(select max(customer_id) from marts.customers) where source = 'mastodon' and "
            "customer_id in (select customer_id from marts.customers limit 50)"
        )
        warehouse.execute("delete from marts.customer_aliases where alias_id < 'cus_8'")

    for turn in range(2, 5):
        make_warehouse(home, CUSTOMERS + turn, changes=turn, share=0.05)
        if turn == 3:
            with duckdb.connect(home / "warehouse" / "hub.duckdb") as warehouse:
                change_more(warehouse)
        publish(home, f"g{turn}")
        brought = content(home)
        generation = home / "published" / "generations" / f"g{turn}"
        other = home.parent / f"anew{turn}"
        assert bring_to(other, generation).from_nothing
        assert brought == content(other)
        reader = Reader(home)
        for customer, document in brought[0].items():
            (by_id, _), (by_key, _) = (
                reader.customer(customer),
                reader.with_key(min(keys_of(document))),
            )
            assert _sorted(by_id) == document
            assert document in map(_sorted, by_key)
        reader.close()


def test_only_changed_profiles_are_written(home: Path, refresh: Callable[..., str]) -> None:
    refresh(share=0.05)
    generations = home / "published" / "generations"
    with duckdb.connect() as connection:
        for name in ("g1", "g2"):
            connection.execute(
                f"attach '{generations / name / 'hub.duckdb'}' as {name} (read_only)"
            )
        changed = connection.execute(
            "select count(*) from g1.marts.customers as one join g2.marts.customers as other "
            "using (customer_id) where one <> other"
        ).fetchone()[0]
    assert 0 < changed < CUSTOMERS * 0.15
    assert bring_to(home, generations / "g2") == build.Brought(False, 0, 0)
    assert bring_to(home, generations / "g1") == build.Brought(False, changed, 0)


def test_lookups_by_id_alias_and_every_kind_of_key(home: Path) -> None:
    reader = Reader(home)
    with duckdb.connect(home / "published" / "hub.duckdb", read_only=True) as hub:
        row = hub.execute(
            "select customer_id, primary_email, primary_phone, handles[1].handle "
            "from marts.customers where len(handles) = 1 and len(phones) = 1 limit 1"
        ).fetchone()
        alias, target = hub.execute(
            "select alias_id, customer_id from marts.customer_aliases"
        ).fetchone()
        record = hub.execute(
            "select source, source_record_id from marts.customer_identities where customer_id = ?",
            [row[0]],
        ).fetchone()
    document, generation = reader.customer(row[0])
    assert generation == "g1"
    assert msgspec.json.decode(document)["customer"]["customer_id"] == row[0]
    assert reader.customer(alias) == (Merged(target), "g1")
    assert reader.customer("cus_nobody") is None
    for kind, value in (
        ("email", f" {row[1].upper()} "),
        ("phone", row[2].replace("+", "00")),
        ("handle", f"X:@{row[3].upper()}"),
        ("external", ":".join(record)),
    ):
        assert reader.with_key(key(kind, value)) == ([document], "g1")
    assert reader.with_key("email:nobody@example.com") == ([], "g1")


def test_sql_and_python_agree_on_keys(home: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home / 'published' / 'hub.duckdb'}' as hub (read_only)")
        expected: dict[str, set[str]] = {}
        for text, customer_id in connection.execute(KEYS_SQL).fetchall():
            expected.setdefault(customer_id, set()).add(text)
    documents, _, _ = content(home)
    assert {i: keys_of(document) for i, document in documents.items()} == expected


@given(st.lists(st.text(max_size=20), min_size=1, max_size=20))
def test_numbers_are_the_same_in_duckdb_and_python(texts: list[str]) -> None:
    texts = [text.encode(errors="replace").decode() for text in texts]
    rows = duckdb.execute(
        f"select {number_sql('text')} from (select unnest($1::varchar[]) as text)", [texts]
    ).fetchall()
    assert [row[0] for row in rows] == [number(text) for text in texts]


@given(
    st.lists(st.tuples(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1)), max_size=300),
    st.data(),
)
def test_the_key_index_holds_what_was_put_in(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    held = sqlite3.connect(":memory:")
    held.execute("create table slots (slot integer primary key, entries blob)")
    array = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    bits = key_index.build(held, array[:, 0], array[:, 1])
    gone = data.draw(st.lists(st.sampled_from(pairs), max_size=20)) if pairs else []
    fresh = data.draw(
        st.lists(st.tuples(st.integers(0, 2**63 - 1), st.integers(0, 9)), max_size=20)
    )
    key_index.change(held, bits, gone, fresh)
    expected = (set(pairs) - set(gone)) | set(fresh)
    for wanted in {k for k, _ in [*pairs, *fresh]}:
        row = held.execute(
            "select entries from slots where slot = ?", [wanted >> (63 - bits)]
        ).fetchone()
        found = key_index.find(row[0] if row else b"", wanted)
        assert sorted(set(found)) == sorted({c for k, c in expected if k == wanted})


@pytest.mark.parametrize(
    ("kind", "value"),
    [("email", "no address"), ("phone", "030 123"), ("handle", "x"), ("external", ":"),
     ("shoe", "42"), ("email", "a@b\0"), ("email", "x" * 10_000_000)],
)  # fmt: skip
def test_a_malformed_key_is_refused_without_repeating_it(kind: str, value: str) -> None:
    with pytest.raises(MalformedKeyError) as told:
        key(kind, value)
    assert len(str(told.value)) < 200
    assert "no address" not in str(told.value)


def test_a_change_that_breaks_leaves_the_generation_before(
    home: Path, refresh: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(home)
    with monkeypatch.context() as broken:
        broken.setattr(
            change,
            "take_over",
            lambda *_: (_ for _ in ()).throw(sqlite3.OperationalError("full")),
        )
        with pytest.raises(RuntimeError, match="The one before stays"):
            refresh()
    assert content(home) == before
    assert Reader(home).generation() == "g1"
    publish(home, "g9")
    assert Reader(home).generation() == "g9"


@pytest.mark.parametrize(
    "damage", ["missing", "garbage", "format", "no_changes", "other_changes", "no_marks"]
)
def test_a_damaged_sidecar_is_built_anew(
    home: Path, refresh: Callable[..., str], damage: str
) -> None:
    target = (home / store.LINK).resolve()
    if damage == "missing":
        target.unlink()
    elif damage == "garbage":
        target.write_bytes(b"no database" * 1000)
    elif damage == "format":
        held = sqlite3.connect(store.changes_of(target))
        held.execute("update facts set value = '0' where name = 'format'")
        held.commit()
        held.close()
    elif damage == "no_changes":
        store.changes_of(target).unlink()
    elif damage == "other_changes":
        held = sqlite3.connect(store.changes_of(target))
        held.execute("update facts set value = 'another' where name = 'of'")
        held.commit()
        held.close()
    else:
        for marks in store.folder(home).glob("*.parquet"):
            marks.unlink()
    refresh()
    reader = Reader(home)
    assert reader.generation() == "g2"
    assert len(content(home)[0]) == CUSTOMERS


def test_a_reader_goes_on_through_changes_and_rebuilds(
    home: Path, refresh: Callable[..., str]
) -> None:
    reader = Reader(home)
    assert reader.generation() == "g1"
    refresh()
    assert reader.generation() == "g2"
    (home / store.LINK).resolve().unlink()
    assert reader.generation() == "g2"
    refresh()
    assert reader.generation() == "g3"
    (home / store.LINK).unlink()
    assert reader.generation() == "g3"


def test_all_lookups_of_one_answer_see_one_generation(
    home: Path, refresh: Callable[..., str]
) -> None:
    reader = Reader(home)
    some = next(iter(content(home)[0]))
    with reader.one_generation() as generation:
        refresh()
        assert reader.customer(some)[1] == generation == "g1"
    assert reader.customer(some)[1] == "g2"


def test_what_was_erased_is_in_no_file_any_more(home: Path) -> None:
    """A customer that is gone, and an address that one lost; a reader is at it meanwhile."""
    reader = Reader(home)
    with duckdb.connect(home / "warehouse" / "hub.duckdb") as warehouse:
        gone, loser = warehouse.execute(
            "select customer_id, primary_email from marts.customers where len(emails) = 2 "
            "order by 1 limit 2"
        ).fetchall()
        for table in ("customers", "customer_identities", "consents"):
            warehouse.execute(f"delete from marts.{table} where customer_id = '{gone[0]}'")
        warehouse.execute(
            "update marts.customers set emails = emails[2:], primary_email = emails[2] "
            f"where customer_id = '{loser[0]}'"
        )
    assert reader.with_key(f"email:{gone[1]}")[0]
    publish(home, "g2")
    assert reader.customer(gone[0]) is None
    for _, email in (gone, loser):
        assert reader.with_key(f"email:{email}") == ([], "g2")
        for file in store.folder(home).iterdir():
            assert f'"{email}"'.encode() not in file.read_bytes(), file.name
    kept = msgspec.json.decode(reader.customer(loser[0])[0])["customer"]["primary_email"]
    assert [reader.customer(loser[0])[0]] == reader.with_key(f"email:{kept}")[0]
    assert not list(store.next_folder(home).parent.glob(".next"))


def test_a_wipe_that_was_killed_goes_on_with_the_next_change(
    home: Path, refresh: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(home / "warehouse" / "hub.duckdb") as warehouse:
        gone, email = warehouse.execute(
            "select customer_id, primary_email from marts.customers limit 1"
        ).fetchone()
        warehouse.execute(f"delete from marts.customers where customer_id = '{gone}'")
    built = (home / store.LINK).resolve()
    with monkeypatch.context() as killed:
        killed.setattr(change, "wipe", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            publish(home, "g2")
    assert Reader(home).customer(gone) is None
    assert email.encode() in built.read_bytes()
    publish(home, "g3")
    assert f'"{email}"'.encode() not in built.read_bytes()
    assert Reader(home).customer(gone) is None


def test_a_key_that_moves_is_found_at_its_new_customer(home: Path) -> None:
    with duckdb.connect(home / "warehouse" / "hub.duckdb") as warehouse:
        one, other = warehouse.execute(
            "select customer_id, emails[1] from marts.customers order by 1 limit 2"
        ).fetchall()
    for turn, holder in enumerate((other[0], one[0], other[0]), start=2):
        with duckdb.connect(home / "warehouse" / "hub.duckdb") as warehouse:
            for customer, emails in ((one[0], []), (other[0], [other[1]])):
                has = [*emails, one[1]] if customer == holder else emails
                warehouse.execute(
                    f"update marts.customers set emails = {has}::varchar[] "
                    f"where customer_id = '{customer}'"
                )
        publish(home, f"g{turn}")
        found, generation = Reader(home).with_key(f"email:{one[1]}")
        assert generation == f"g{turn}"
        shown = [msgspec.json.decode(document)["customer"]["customer_id"] for document in found]
        assert shown == [holder]
    assert len(list(store.folder(home).glob("*.sqlite"))) == 2  # Nothing was built anew.


def test_rows_that_come_and_go_twice_are_told(home: Path) -> None:
    """Equal rows have equal hashes; how many there are still counts."""
    with duckdb.connect(home / "warehouse" / "hub.duckdb") as warehouse:
        (customer,) = warehouse.execute("select customer_id from marts.consents limit 1").fetchone()
        warehouse.execute(
            f"insert into marts.consents from marts.consents where customer_id = '{customer}'"
        )
    publish(home, "g2")
    document, _ = Reader(home).customer(customer)
    assert len(msgspec.json.decode(document)["consents"]) == 2
