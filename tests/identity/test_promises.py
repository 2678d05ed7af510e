"""What a merge may rest on, and what it may not."""

from hashlib import md5

import pytest

from identity import Config, SuppressionError, decide, suppress, why
from identity.suppression import digest
from tests.identity.conftest import MODEL, account, ids, person

ADA = {
    "birth_date": "1970-01-02",
    "street": "1 Mill Road",
    "city": "Leeds",
    "postal_code": "LS1 1AA",
}


def together(customers, *keys):
    return any({k for _, k in c} >= set(keys) for c in customers)


def test_the_same_mailbox_and_name_are_one_person(resolved):
    customers = resolved([person("1", "Ada Lovelace", emails=["Ada@Example-mail.org"]),
                          person("2", "Ada Lovelace", source="shop", emails=["ada@example-mail.org "])])  # fmt: skip
    assert together(customers, "1", "2")


def test_a_shared_mailbox_never_merges_two_people(resolved):
    home = {"emails": ["family@millers.org"], "phones": ["(202) 224-3121"], **ADA}
    customers = resolved([person("1", "Ada Miller", **home | {"birth_date": None}),
                          person("2", "George Miller", **home | {"birth_date": "1968-05-09"}),
                          person("3", "Mary Miller", **home | {"birth_date": "1999-11-30"})])  # fmt: skip
    assert (
        not together(customers, "1", "2")
        and not together(customers, "2", "3")
        and not together(customers, "1", "3")
    )


def test_a_role_mailbox_and_a_junk_number_link_nobody(resolved):
    customers = resolved([person("1", "Ada Lovelace", emails=["info@acme.com"], phones=["000-0000000"]),
                          person("2", "Grace Hopper", emails=["info@acme.com"], phones=["000-0000000"]),
                          person("3", "", emails=["noreply@acme.com"]), person("4", "", emails=["noreply@acme.com"])])  # fmt: skip
    assert len(customers) == 4


def test_an_identifier_over_its_cap_stops_linking_and_withdraws_its_links(con, resolved):
    first = [
        person("1", "", emails=["desk7@acme.com"]),
        person("2", "Ada Lovelace", emails=["desk7@acme.com"]),
    ]
    assert together(resolved(first), "1", "2")
    crowd = [person(str(i), f"{n} {n}son", emails=["desk7@acme.com"])
             for i, n in enumerate(["Bob", "Cyd", "Dan", "Eve", "Flo", "Gus", "Hal"], 3)]  # fmt: skip
    assert not together(resolved(first + crowd), "1", "2")
    reasons = con.execute("SELECT kind, reason FROM identity_work.v_blocked_identifiers").fetchall()
    assert ("email", "carried by too many") in reasons


def test_a_declared_account_links_whatever_it_is_called(resolved):
    customers = resolved([person("1", "Ada Lovelace", handles=[{"platform": "x", "handle": "@EngineGirl"}]),
                          account("99", "Analytical engines", "enginegirl")])  # fmt: skip
    assert together(customers, "1", "99")


def test_a_profile_link_in_any_spelling_names_the_account(resolved):
    customers = resolved([person("1", "Ada Lovelace", links=["https://mobile.twitter.com/EngineGirl/?lang=en"]),
                          account("99", "engines", "enginegirl")])  # fmt: skip
    assert together(customers, "1", "99")


def test_the_same_handle_elsewhere_suggests_and_never_merges_alone(con, resolved):
    customers = resolved(
        [
            account("1", "Nightowl", "nightowl77"),
            account("2", "Sam", "nightowl77", platform="mastodon"),
        ]
    )
    assert len(customers) == 2


def test_a_person_and_an_organisation_never_merge(resolved):
    shared = {"emails": ["hello.acme@mailbox.org"], "phones": ["+12022243121"]}
    customers = resolved([person("1", "Acme", **shared),
                          {"source": "crm", "source_record_id": "2", "kind": "organisation", "full_name": "Acme", **shared}])  # fmt: skip
    assert not together(customers, "1", "2")


def test_a_committee_named_like_its_chair_stays_apart(resolved):
    customers = resolved([person("1", "Ada Lovelace", links=["https://lovelace.example-gov.org"]),
                          account("9", "Lovelace Caucus", "lovelacecaucus")])  # fmt: skip
    assert not together(customers, "1", "9")


def test_two_namesakes_leave_a_profile_to_review(con, resolved):
    customers = resolved([person("1", "Zebulon Quackenbush", city="Leeds"), person("2", "Zebulon Quackenbush", city="York"),
                          account("9", "Zebulon Quackenbush", "zquack")])  # fmt: skip
    assert not together(customers, "1", "9") and not together(customers, "2", "9")
    assert (
        con.execute(
            "SELECT count(*) FROM identity_work.v_identity_review WHERE status = 'held'"
        ).fetchone()[0]
        >= 1
    )


def test_father_and_son_of_one_name_stay_two(resolved):
    home = {"street": "1 Mill Road", "postal_code": "20001", "phones": ["+12022243121"]}
    customers = resolved([person("1", "Robert Casey", **home) | {"family_name": "Casey Sr."},
                          person("2", "Robert Casey", **home) | {"family_name": "Casey Jr."}])  # fmt: skip
    assert not together(customers, "1", "2")


def test_people_outrank_every_rule_and_survive_a_rebuild(con, resolved, tmp_path):
    said = tmp_path / "decisions.jsonl"
    same = {"emails": ["ada@mailbox.org"], **ADA}
    contacts = [
        person("1", "Ada Lovelace", **same),
        person("2", "Ada Lovelace", **same),
        person("3", "Countess"),
    ]
    assert together(resolved(contacts, decisions=str(said)), "1", "2")
    decide(
        said, "never", [("crm", "1"), ("crm", "2")], by="ann", why="twin records of two patients"
    )
    decide(said, "confirm", [("crm", "1"), ("crm", "3")], by="ann", why="she said so on the phone")
    for _ in range(2):
        customers = resolved(contacts, decisions=str(said))
        assert together(customers, "1", "3") and not together(customers, "1", "2")
        con.execute("DROP SCHEMA identity_work CASCADE")
    decide(said, "undo", [("crm", "1"), ("crm", "2")], by="ann", why="it was one after all")
    assert together(resolved(contacts, decisions=str(said)), "1", "2", "3")


def test_why_says_who_decided_and_for_what_reason(con, resolved, tmp_path):
    said = tmp_path / "decisions.jsonl"
    settings = {"decisions": str(said)}
    same = {"emails": ["ada@mailbox.org"]}
    decide(said, "never", [("crm", "1"), ("crm", "2")], by="ann", why="twins")
    decide(said, "confirm", [("crm", "1"), ("crm", "3")], by="bob", why="she said so")
    decide(said, "lock", [("crm", "4")], by="cyd", why="checked")
    resolved([person(k, "Ada Lovelace", **same) for k in "1234"], **settings)
    for other, by in {"2": "ann", "3": "bob", "4": "cyd"}.items():
        found = why(con, ("crm", "1"), ("crm", other), config=MODEL | settings)
        (step,) = found.path + found.held
        assert step.decided and step.decided.by == by, other
    undone = tmp_path / "undone.jsonl"
    found = why(con, ("crm", "1"), ("crm", "2"), config=MODEL | {"decisions": str(undone)})
    assert found.held[0].decided is None


def test_a_locked_customer_takes_nobody_in(resolved, tmp_path):
    said = tmp_path / "decisions.jsonl"
    same = {"emails": ["ada@mailbox.org"]}
    decide(said, "lock", [("crm", "1"), ("crm", "2")], by="ann", why="checked by hand")
    customers = resolved([person(k, "Ada Lovelace", **same) for k in "123"], decisions=str(said))
    assert together(customers, "1", "2") and not together(customers, "1", "3")


def test_a_refused_link_splits_the_customer_and_most_keep_the_id(con, resolved, tmp_path):
    said = tmp_path / "decisions.jsonl"
    contacts = [person(k, "Ada Lovelace", emails=["ada@mailbox.org"], **ADA) for k in "1234"]
    resolved(contacts, decisions=str(said))
    before = set(ids(con).values())
    decide(
        said,
        "never",
        [("crm", "4"), ("crm", "1"), ("crm", "2"), ("crm", "3")][:2],
        by="ann",
        why="x",
    )
    decide(said, "never", [("crm", "4"), ("crm", "2")], by="ann", why="x")
    decide(said, "never", [("crm", "4"), ("crm", "3")], by="ann", why="x")
    resolved(contacts, decisions=str(said))
    after = ids(con)
    assert {after["crm", k] for k in "123"} == before and after["crm", "4"] not in before
    kinds = con.execute("SELECT DISTINCT kind FROM identity_work.v_identity_events").fetchall()
    assert ("split",) in kinds


def test_a_suppressed_identifier_never_links_nor_comes_back(con, resolved, tmp_path):
    settings = {"suppressed": str(tmp_path / "suppressed.txt"), "salt": "s3cret"}
    contacts = [person("1", "Ada Lovelace", emails=["ada.l@mailbox.org"]),
                person("2", "A Lovelace", source="shop", emails=["Ada.L@mailbox.org"])]  # fmt: skip
    assert together(resolved(contacts, **settings), "1", "2")
    suppress(Config.of(MODEL | settings), "email", " ADA.L@mailbox.org")
    assert "ada" not in (tmp_path / "suppressed.txt").read_text().lower()
    assert not together(resolved(contacts, **settings), "1", "2")
    assert not con.execute("SELECT * FROM identity_work.v_identifiers").fetchall()
    assert con.execute("SELECT count(email) FROM identity_work.records").fetchone() == (0,)
    # The marts read raw contacts: by this they leave it out.
    marks = con.execute("SELECT kind, mark FROM identity_work.v_suppressed_values").fetchall()
    assert marks == [("email", md5(b"ada.l@mailbox.org").hexdigest())]


def test_nothing_is_derived_from_a_suppressed_account(con, resolved, tmp_path):
    settings = {"suppressed": str(tmp_path / "suppressed.txt"), "salt": "s3cret"}
    contacts = [person("1", "Ada Lovelace", links=["https://x.com/adal"]),
                account("8", "Ada", "AdaL"), account("9", "Bo", "bo")]  # fmt: skip
    assert together(resolved(contacts, **settings), "1", "8")
    suppress(Config.of(MODEL | settings), "account", "x:@adal")
    assert not together(resolved(contacts, **settings), "1", "8")
    left = con.execute("SELECT handle FROM identity_work.records ORDER BY source_record_id")
    assert left.fetchall() == [(None,), (None,), ("bo",)]
    marks = con.execute("SELECT kind FROM identity_work.v_suppressed_values ORDER BY 1").fetchall()
    assert marks == [("handle",), ("link",)]


def test_the_salt_of_a_list_is_the_environments_and_no_other_does(
    con, resolved, tmp_path, monkeypatch
):
    settings = {"suppressed": str(tmp_path / "suppressed.txt"), "salt": "${TESSERA_SALT}"}
    config = Config.of(MODEL | settings)
    monkeypatch.delenv("TESSERA_SALT", raising=False)
    with pytest.raises(SuppressionError, match="TESSERA_SALT is not set; export"):
        suppress(config, "email", "ada.l@mailbox.org")
    monkeypatch.setenv("TESSERA_SALT", "s3cret")
    listed = suppress(config, "email", "ada.l@mailbox.org")
    assert listed == digest("s3cret", "email", "ada.l@mailbox.org")
    contacts = [person("1", "Ada Lovelace", emails=["ada.l@mailbox.org"])]
    resolved(contacts, **settings)
    assert not con.execute("SELECT * FROM identity_work.v_identifiers").fetchall()
    monkeypatch.setenv("TESSERA_SALT", "another")
    with pytest.raises(SuppressionError, match="would come back") as told:
        resolved(contacts, **settings)
    assert "another" not in str(told.value)


def test_two_verified_accounts_of_one_platform_have_two_owners_where_that_is_exclusive(
    con, resolved
):
    named = [{"platform": "x", "handle": "adal"}, {"platform": "x", "handle": "countess"}]
    contacts = [person("1", "Ada Lovelace", handles=named), account("8", "Ada", "adal", verified=True),
                account("9", "Ada L", "countess", verified=True)]  # fmt: skip
    assert together(resolved(contacts), "1", "8", "9")
    customers = resolved(contacts, exclusive=["x"])
    assert len(customers) == 2 and not together(customers, "8", "9")
    assert con.execute("SELECT status FROM identity_work.v_identity_review").fetchall() == [
        ("held",)
    ]


def test_two_ids_of_a_source_kept_distinct_are_never_one_whoever_ties_them(con, resolved):
    same = {"emails": ["ada.l@mailbox.org"], **ADA}
    contacts = [
        person(k, "Ada Lovelace", source=s, **same)
        for k, s in (("1", "crm"), ("2", "crm"), ("3", "shop"))
    ]
    assert together(resolved(contacts), "1", "2", "3")
    customers = resolved(contacts, distinct=["crm"])
    assert not together(customers, "1", "2") and (
        together(customers, "1", "3") or together(customers, "2", "3")
    )
    assert ("held",) in con.execute("SELECT kind FROM identity_work.v_identity_events").fetchall()


def test_father_and_son_of_one_name_and_mailbox_differ_by_birth(resolved):
    home = {"emails": ["caseys@mailbox.org"], "street": "1 Mill Road", "postal_code": "20001"}
    customers = resolved([person("1", "Robert Casey", birth_date="1941-03-12", **home),
                          person("2", "Robert Casey", source="shop", birth_date="1969-10-25", **home)])  # fmt: skip
    assert not together(customers, "1", "2")


def test_a_mailbox_that_both_sources_saw_answered_weighs_more(con, resolved):
    seen = {"emails": ["ada.l@mailbox.org"], "attributes": '{"email_verified": true}'}
    resolved([person("1", "Ada Lovelace", **seen), person("2", "", source="shop", **seen)])
    assert con.execute("SELECT rule FROM identity_work.v_edges").fetchall() == [("verified_email",)]


def test_the_first_word_of_one_name_as_the_last_of_another_is_no_evidence(resolved):
    birth = {"birth_date": "1976-05-12"}
    customers = resolved([person("1", "Frank Becker", **birth), person("2", "Thomas Frank", **birth),
                          person("3", "Walter Becker", **birth), person("4", "Becker Walter", source="shop", **birth)])  # fmt: skip
    assert not together(customers, "1", "2") and together(customers, "3", "4")
