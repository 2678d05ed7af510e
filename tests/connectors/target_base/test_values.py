"""A CRM's reformatting is not a change; a formula from a bio runs nowhere."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.target_base.values import canonical, outbound, same


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        ("Ada@Example.org", "ada@example.ORG ", "email"),
        ("+33 1 42 00 00 00", "+33142000000", "phone"),
        ("01 42 00 00 00", "+33 1 42 00 00 00", "phone"),
        (Decimal("12.50"), "12.5", "number"),
        (12, 12.0, "number"),
        (date(2024, 2, 29), "2024-02-29T00:00:00Z", "date"),
        ("1709164800000", "2024-02-29", "date"),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), "2024-02-29T13:00:00.123+0100", "datetime"),
        ("https://www.Example.org/", "http://example.org", "url"),
        (["b", "A"], "a;B", "list"),
        ("line\r\nend ", "line\nend", "text"),
        (True, "1", "boolean"),
        (None, False, "text"),
        ("", None, "text"),
    ],
)
def test_two_spellings_of_one_value_are_the_same(left, right, kind):
    assert same(left, right, kind, "FR")


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        ("ada@example.org", "eve@example.org", "email"),
        ("12.50", "12.51", "number"),
        ("Ada", "ada", "text"),
        (False, None, "boolean"),
        ("https://example.org/A", "https://example.org/a", "url"),
    ],
)
def test_different_values_stay_different(left, right, kind):
    assert not same(left, right, kind, "FR")


@pytest.mark.parametrize(
    "formula",
    ['=HYPERLINK("http://evil.example","x")', "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3|x!A"],
)
def test_a_formula_is_sent_as_plain_text_and_that_is_no_change(formula):
    sent = outbound(formula)
    assert sent.startswith("'")
    assert canonical(sent) == canonical(formula)


@pytest.mark.parametrize("text", ["+33142000000", "@ada", "-", "a = b", "E=mc2"])
def test_phones_handles_and_plain_text_are_sent_as_they_are(text):
    assert outbound(text, "phone" if text[0] == "+" else "text") == text
