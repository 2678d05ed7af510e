"""Parties become contacts, opportunities transactions."""

from collections.abc import Callable
from decimal import Decimal

from .conftest import Warehouse


def test_parties_and_opportunities_take_shape(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["erp"] = {"tap": "tap-tryton"}
    mechanisms = [
        {"type": "email", "value": "old@e.test", "active": False},
        {"type": "email", "value": "zoe@e.test", "active": True},
        {"type": "mobile", "value": "+48 600 000 000", "active": True},
    ]
    places = [
        {"city": "Left", "country": "FR", "active": False},
        {"city": "Łódź", "country": "PL", "active": True},
    ]
    party = {"id": "5", "name": "Zoë", "contact_mechanisms": mechanisms, "addresses": places}
    arrays = {"contact_mechanisms": "array", "addresses": "array"}
    hub.land("erp", "parties", [party], types=arrays)
    deal = {"id": "9", "party": "5", "amount": "1234.56", "currency": "EUR", "state": "won"}
    hub.land("erp", "opportunities", [deal | {"end_date": "2026-03-04"}])
    hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_transactions")
    contacts = hub.query("select full_name, emails, phones, city from intermediate.contacts")
    assert contacts == [("Zoë", ["zoe@e.test"], ["+48 600 000 000"], "Łódź")]
    sold = "select transaction_id, party_record_id, amount, currency, stage, year(closed_at)"
    assert hub.query(f"{sold} from intermediate.transactions") == [
        ("9", "5", Decimal("1234.56"), "EUR", "won", 2026)
    ]
