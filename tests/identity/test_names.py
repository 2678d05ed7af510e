"""What of a name tells people apart, and what does not."""

import pytest

from identity import names, why
from identity.vocabulary import words
from tests.identity.conftest import MODEL, account, person
from tests.identity.test_promises import together


@pytest.mark.parametrize(
    ("field", "left"),
    [
        ("Rt Hon Sir William", ["william"]),
        ("Lady", []),
        ("2nd", []),
        ("Earl", ["earl"]),  # people are called that
        ("Major", ["major"]),
        ("Ada Mary", ["ada", "mary"]),
    ],
)
def test_titles_in_a_field_of_given_names_are_no_names(field, left):
    assert names.untitled(names.tokens(field)) == left


def test_a_title_behind_a_comma_is_no_given_name():
    assert names.parse("William Clifford, 1st Baron of Chudleigh") == names.Name(
        "william", family="clifford"
    )
    assert names.parse("Clifford, William") == names.Name("william", family="clifford")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Giovanni", "John"), ("Steven", "Stephen"), ("Artie", "Arthur"), ("Пётр", "Peter")],
)
def test_one_name_in_two_languages_or_spellings_may_be_one_person(resolved, one, other):
    home = {"emails": ["miller@example-mail.org"], "birth_date": None}
    assert together(
        resolved([person("1", f"{one} Miller", **home), person("2", f"{other} Miller", **home)]),
        "1",
        "2",
    )


def test_who_is_called_by_a_title_alone_is_not_somebody_else(resolved):
    mail = {"emails": ["clifford@example-mail.org"]}
    assert together(
        resolved([person("1", "Sir Clifford", **mail), person("2", "William Clifford", **mail)]),
        "1",
        "2",
    )


def test_every_row_of_given_names_is_folded_and_has_no_name_twice():
    for row in words("given_names"):
        assert len(row) > 1 and len(set(row)) == len(row), row
        assert all(names.joined(name) == name for name in row), row


def test_a_common_given_name_on_a_profile_says_little(con, resolved):
    resolved([person("1", "John Quimby"), account("a", "John Quimby", "johnq")])
    found = why(con, ("crm", "1"), ("x", "a"), config=MODEL)
    (step,) = found.path + found.held
    # one person in eighty is called so
    assert {e.name: e.bits for e in step.evidence}["given"] < 7
