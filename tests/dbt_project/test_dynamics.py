"""Contacts, leads and accounts become contacts; opportunities transactions; cases are said."""

from collections.abc import Callable
from decimal import Decimal

from .conftest import Warehouse


def test_a_dataverse_takes_shape(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["dyn"] = {"tap": "tap-dynamics"}
    out = {"donotbulkemail": True}
    flags = {"donotbulkemail": "boolean"}
    hub.land("dyn", "contacts", [{"id": "c", "fullname": "Zoë", **out}], types=flags)
    hub.land("dyn", "leads", [{"id": "l", "fullname": "Ann"}])
    hub.land("dyn", "accounts", [{"id": "a", "name": "Shop"}])
    deals = [{"id": "1", "customerid": "a", "estimatedvalue": "12.5"}]
    deals += [{"id": "2", "customerid": "c", "estimatedvalue": "5"}]
    hub.land("dyn", "opportunities", deals)
    hub.land("dyn", "incidents", [{"id": "i", "title": "Help", "customerid": "c"}])
    shapes = ("int_contacts", "int_transactions", "int_interactions")
    hub.dbt("run", "--quiet", "--select", "staging", *shapes)
    contacts = hub.query(
        "select source_record_id, kind, full_name, attributes ->> '$.consents'"
        " from intermediate.contacts order by 1"
    )
    assert contacts == [
        ("account:a", "organisation", "Shop", "{}"),
        ("c", "person", "Zoë", '{"email:marketing":"denied"}'),
        ("lead:l", "person", "Ann", "{}"),
    ]
    sold = "select party_record_id, amount from intermediate.transactions order by 1"
    assert hub.query(sold) == [("account:a", Decimal("12.5")), ("c", Decimal(5))]
    said = "select interaction_id, author_record_id, text from intermediate.interactions"
    assert hub.query(said) == [("i", "c", "Help")]
