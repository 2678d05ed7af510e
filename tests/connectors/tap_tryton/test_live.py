"""Held to a real Tryton; others may be changing its parties meanwhile."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from connectors.tap_base.testing import Run, run
from connectors.tap_tryton.tap import TapTryton
from tests import live
from tests.live.tryton import CONFIG, call, company

pytestmark = pytest.mark.live


def ours(got: Run, stream: str, key: int) -> list[dict[str, Any]]:
    """The rows of one record."""
    assert got.error is None, got.error
    return [row for row in got.records(stream) if row["id"] == str(key)]


def test_a_party_and_its_opportunity_come_change_and_go(shared: Path) -> None:
    live.start(shared, "tryton")
    name = f"Zoë {uuid.uuid4().hex[:6]}"
    email = {"type": "email", "value": "zoe@example.org"}
    street = {"city": "Łódź", "postal_code": "90-001", "street": "Piotrkowska 1"}
    parts = {"contact_mechanisms": [["create", [email]]], "addresses": [["create", [street]]]}
    (party,) = call("model.party.party.create", [{"name": name, **parts}])
    seller = company()
    amount = {"__class__": "Decimal", "decimal": "1234.56"}
    deal = {"party": party, "description": "Roof", "amount": amount, "company": seller}
    (sale,) = call("model.sale.opportunity.create", [deal])

    first = run(TapTryton, CONFIG)
    (row,) = ours(first, "parties", party)
    assert row["name"] == name
    assert [m["value"] for m in row["contact_mechanisms"]] == ["zoe@example.org"]
    assert row["addresses"][0]["city"] == "Łódź"
    (sold,) = ours(first, "opportunities", sale)
    assert (sold["amount"], sold["party"]) == ("1234.56", str(party))
    assert len({row["id"] for row in first.records("parties")}) == len(first.records("parties"))

    second = run(TapTryton, CONFIG, first.state)
    assert ours(second, "parties", party) == ours(second, "opportunities", sale) == []

    (mechanism,) = call("model.party.contact_mechanism.search", [["party", "=", party]], 0, 1, None)
    call("model.party.contact_mechanism.write", [mechanism], {"value": "z@example.org"})
    third = run(TapTryton, CONFIG, second.state)
    (row,) = ours(third, "parties", party)
    assert [m["value"] for m in row["contact_mechanisms"]] == ["z@example.org"]

    call("model.sale.opportunity.cancel", [sale])
    call("model.sale.opportunity.delete", [sale])
    call("model.party.party.delete", [party])
    fourth = run(TapTryton, CONFIG, third.state)
    assert ours(fourth, "parties", party)[0]["_sdc_deleted_at"]
    assert ours(fourth, "opportunities", sale)[0]["_sdc_deleted_at"]


def test_a_wrong_password_and_database_are_told_with_the_fix(shared: Path) -> None:
    live.start(shared, "tryton")
    refused = run(TapTryton, CONFIG | {"password": "hush-hush"}, select={"parties"})
    assert "check username and password" in str(refused.error)
    assert "hush" not in str(refused.error)
    missing = run(TapTryton, CONFIG | {"database": "none"}, select={"parties"})
    assert "correct database" in str(missing.error)
