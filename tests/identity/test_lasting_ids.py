"""Customer ids survive order, threads, rebuilds and kills; merges and splits are events."""

import duckdb

import identity
from identity import ledger
from tests.identity.conftest import MODEL, fill, ids, partition, person

SAME = {"emails": ["ada@mailbox.org"], "birth_date": "1970-01-02"}
PEOPLE = [person("1", "Ada Lovelace", **SAME), person("2", "Ada Lovelace", source="shop", **SAME),
          person("3", "Grace Hopper", emails=["grace@mailbox.org"]), person("4", "Alan Turing")]  # fmt: skip


def run(contacts, home=None, con=None, **config):
    con = con or duckdb.connect(config={"threads": 1})
    fill(con, contacts)
    identity.resolve(con, "contacts", home=home, config=MODEL | config)
    return con


def publish(con, home, generation):
    ledger.prepare(con, home, generation)
    ledger.commit(home, generation)


def test_ids_do_not_depend_on_order_or_threads():
    first = ids(run(PEOPLE))
    assert ids(run(PEOPLE[::-1], con=duckdb.connect(config={"threads": 4}))) == first


def test_a_rebuild_from_nothing_keeps_every_id(tmp_path):
    con = run(PEOPLE, tmp_path)
    publish(con, tmp_path, "g1")
    joined = [*PEOPLE, person("5", "Grace Hopper", emails=["grace@mailbox.org", "alan@mailbox.org"]),
              person("6", "Alan Turing", emails=["alan2@mailbox.org"])]  # fmt: skip
    con = run(joined, tmp_path, con)
    publish(con, tmp_path, "g2")
    assert ids(run(joined, tmp_path)) == ids(con)


def test_on_a_merge_the_oldest_lives_and_the_other_becomes_an_alias(tmp_path):
    one, two = (
        person("1", "Ada Lovelace", emails=["a@mailbox.org"]),
        person("2", "Ada Lovelace", emails=["b@mailbox.org"]),
    )
    con = run([one], tmp_path)
    publish(con, tmp_path, "g1")
    oldest = ids(con)["crm", "1"]
    con = run([one, two], tmp_path, con)
    publish(con, tmp_path, "g2")
    younger = ids(con)["crm", "2"]
    bridge = person("3", "Ada Lovelace", emails=["a@mailbox.org", "b@mailbox.org"])
    con = run([one, two, bridge], tmp_path, con)
    assert set(ids(con).values()) == {oldest} and younger != oldest
    assert con.execute(
        "SELECT alias_id, customer_id FROM identity_work.v_customer_aliases"
    ).fetchall() == [(younger, oldest)]
    assert ("merged", oldest, younger) in con.execute(
        "SELECT kind, customer_id, other_id FROM identity_work.v_identity_events"
    ).fetchall()
    publish(con, tmp_path, "g3")
    con = run([one, two], tmp_path, con)  # the bridge leaves: each gets its own id back
    assert ids(con)["crm", "1"] == oldest and ids(con)["crm", "2"] == younger


def test_ids_of_a_run_that_failed_its_checks_bind_nobody(tmp_path):
    con = run(PEOPLE, tmp_path)
    publish(con, tmp_path, "g1")
    published = ids(con)
    wrong = [
        p | {"emails": ["all@mailbox.org"], "given_name": "Ada", "family_name": "Lovelace"}
        for p in PEOPLE
    ]
    con = run(wrong, tmp_path, con)
    assert len(set(ids(con).values())) == 1
    con = run(PEOPLE, tmp_path, con)
    assert ids(con) == published
    con = run(PEOPLE, tmp_path, con)
    assert ids(con) == published and ledger.prepare(con, tmp_path, "g2") is None


def test_a_kill_between_publishing_and_committing_loses_no_id(tmp_path):
    con = run(PEOPLE, tmp_path)
    ledger.prepare(con, tmp_path, "g1")
    published = ids(con)
    assert ledger.recover(tmp_path, "g1")  # the next run finds g1 published
    moved = [p | {"source_record_id": p["source_record_id"]} for p in PEOPLE[1:]]
    assert ids(run(moved, tmp_path))["shop", "2"] == published["shop", "2"]


def test_a_kill_before_publishing_leaves_nothing_behind(tmp_path):
    con = run(PEOPLE, tmp_path)
    ledger.prepare(con, tmp_path, "g1")
    assert not ledger.recover(tmp_path, None)
    assert ledger.read(tmp_path / "landing" / "_identity").head == 0
    assert not list((tmp_path / "landing" / "_identity" / "ids").iterdir())


def test_a_run_with_nothing_new_changes_no_id_and_writes_no_ledger(tmp_path):
    con = run(PEOPLE, tmp_path)
    publish(con, tmp_path, "g1")
    outcome = identity.resolve(con, "contacts", home=tmp_path, config=MODEL)
    assert not outcome.full and outcome.changed == outcome.compared == 0
    assert ledger.prepare(con, tmp_path, "g2") is None


def test_a_customer_that_loses_all_records_is_retired_and_comes_back_under_its_id(tmp_path):
    con = run(PEOPLE, tmp_path)
    publish(con, tmp_path, "g1")
    before = ids(con)["crm", "4"]
    con = run(PEOPLE[:3], tmp_path, con)
    publish(con, tmp_path, "g2")
    assert ("retired", before) in con.execute(
        "SELECT kind, customer_id FROM identity_work.v_identity_events"
    ).fetchall()
    con = run(PEOPLE, tmp_path, con)
    assert ids(con)["crm", "4"] == before


def test_the_ledger_holds_no_record_id_and_no_name(tmp_path):
    con = run([person("secret-key-1", "Ada Lovelace", emails=["ada@mailbox.org"])], tmp_path)
    publish(con, tmp_path, "g1")
    written = b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
    assert b"secret-key" not in written and b"Ada" not in written and b"mailbox" not in written
    assert partition(con)
