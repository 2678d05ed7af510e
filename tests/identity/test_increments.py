"""Whatever comes in whatever order, an increment ends where a rebuild would."""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import identity
from identity import candidates, keys
from tests.identity.conftest import MODEL, account, fill, ids, partition, person

NAMES = [
    "Ada Lovelace",
    "Ada Lovlace",
    "A Lovelace",
    "Grace Hopper",
    "Ada Hopper",
    "",
    "Robert Casey",
    "Bob Casey",
]
MAILS = ["ada@mailbox.org", "grace@mailbox.org", "home@mailbox.org", None]
PHONES = ["+12022243121", "+12022243122", None]
BIRTHS = ["1970-01-02", "1970-02-01", "1981-05-06", None]

contacts = st.builds(
    lambda key, name, mail, phone, birth, handle: person(
        key, name, emails=[mail] if mail else [], phones=[phone] if phone else [], birth_date=birth,
        handles=[{"platform": "x", "handle": handle}] if handle else [], city="Leeds",
    ),
    st.sampled_from([str(i) for i in range(12)]), st.sampled_from(NAMES), st.sampled_from(MAILS),
    st.sampled_from(PHONES), st.sampled_from(BIRTHS), st.sampled_from(["adal", "ghop", None, None]),
)  # fmt: skip
accounts = st.builds(
    account, st.sampled_from(["91", "92", "93"]), st.sampled_from(["Ada Lovelace", "Bob Casey", "Acme Inc"]),
    st.sampled_from(["adal", "ghop", "lovelaceada"]),
)  # fmt: skip
steps = st.lists(
    st.tuples(st.lists(contacts | accounts, max_size=5), st.sets(st.sampled_from([str(i) for i in range(12)]), max_size=3)),
    min_size=1, max_size=3,
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps, st.sampled_from([100, 3, 2]))
def test_any_sequence_of_changes_equals_a_rebuild(sequence, crowd):
    # With small caps many a key crosses its own, up and down.
    with patch.object(keys, "SMALL_BLOCK_CAP", crowd), patch.object(candidates, "PAIR_CAP", crowd):
        equals_a_rebuild(sequence)


def equals_a_rebuild(sequence):
    con = duckdb.connect(config={"threads": 1})
    # One account from the start: contacts get the keys by which profiles meet them.
    held = {("x", "90"): account("90", "Nobody Inparticular", "nobody90")}
    with TemporaryDirectory() as home:
        for added, removed in sequence:
            for contact in added:
                held[contact["source"], contact["source_record_id"]] = contact
            for key in removed:
                held.pop(("crm", key), None)
            fill(con, list(held.values()))
            identity.resolve(con, "contacts", home=home, config=MODEL)
            generation = str(len(list(Path(home).rglob("*"))))
            identity.ledger.prepare(con, home, generation)
            identity.ledger.commit(home, generation)
            assert set(ids(con)) == set(held)
            assert len(set(ids(con).values())) == len(partition(con))
        anew = duckdb.connect(config={"threads": 2})
        fill(anew, list(held.values())[::-1])
        identity.resolve(anew, "contacts", home=home, config=MODEL)
        assert partition(con) == partition(anew)
        assert ids(con) == ids(anew)


def test_a_hub_that_began_with_one_contact_does_not_take_common_names_for_rare(con, tmp_path):
    families = ["Alt", "Bock", "Cord", "Dorn", "Ernst", "Fuchs", "Berg", "Berg", "Lenz"]
    namesakes = [
        person("1", "Anna Berg", birth_date="1980-02-01", city="Berlin"),
        person("2", "Anna Berg", birth_date="1955-07-19", city="Hamburg"),
        *(person(f"3{i}", f"Anna {family}") for i, family in enumerate(families)),
    ]
    for first in ([], namesakes[:1]):
        home = tmp_path / str(len(first))
        for told in (first, namesakes):
            fill(con, told)
            identity.resolve(con, "contacts", home=home, config=MODEL)
        customers = ids(con)
        assert customers["crm", "1"] != customers["crm", "2"]
        con.execute("DROP SCHEMA identity_work CASCADE")
