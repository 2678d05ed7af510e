"""Contacts, leads and accounts become contacts; opportunities transactions; cases are said."""

from collections.abc import Callable
from decimal import Decimal

from .conftest import Warehouse

FLAG = {"HasOptedOutOfEmail": "boolean", "IsClosed": "boolean"}


def test_an_org_takes_shape(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["sf"] = {"tap": "tap-salesforce"}
    person = {"Id": "003", "FirstName": "Zoë", "LastName": "A", "HasOptedOutOfEmail": True}
    hub.land("sf", "contacts", [person], key=("Id",), types=FLAG)
    hub.land("sf", "leads", [{"Id": "00Q", "Name": "Ann"}], key=("Id",))
    hub.land("sf", "accounts", [{"Id": "001", "Name": "Shop"}], key=("Id",))
    deal = {"Id": "006", "AccountId": "001", "Amount": "12.5", "IsClosed": True}
    hub.land("sf", "opportunities", [deal | {"CloseDate": "2026-01-02"}], key=("Id",), types=FLAG)
    hub.land("sf", "cases", [{"Id": "500", "Subject": "Help", "ContactId": "003"}], key=("Id",))
    calls = [{"Id": "00T1", "TaskSubtype": "Call", "CallType": "Inbound", "WhoId": "003"}]
    calls += [{"Id": "00T2", "TaskSubtype": "Email", "Subject": "Re", "WhoId": "003"}]
    calls += [{"Id": "00T3", "TaskSubtype": "Task", "Subject": "Ring back", "WhoId": "003"}]
    hub.land("sf", "tasks", calls, key=("Id",))
    shapes = ("int_contacts", "int_transactions", "int_interactions")
    hub.dbt("run", "--quiet", "--select", "staging", *shapes)
    contacts = hub.query(
        "select source_record_id, kind, full_name, attributes ->> '$.consents'"
        " from intermediate.contacts order by 1"
    )
    assert contacts == [
        ("001", "organisation", "Shop", None),
        ("003", "person", "Zoë A", '{"email:marketing":"denied"}'),
        ("00Q", "person", "Ann", "{}"),
    ]
    sold = "select party_record_id, amount, closed_at is not null from intermediate.transactions"
    assert hub.query(sold) == [("001", Decimal("12.5"), True)]
    said = hub.query(
        "select interaction_id, kind, author_record_id, recipient_record_ids"
        " from intermediate.interactions order by 1"
    )
    assert said == [
        ("00T1", "call", "003", []),
        ("00T2", "email", None, ["003"]),
        ("500", "case", "003", []),
    ]
